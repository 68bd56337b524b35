#include "api/status_routes.h"

#include <utility>

#include "status/metrics.h"
#include "status/metrics_text.h"
#include "status/status_json.h"

namespace tailrace {

std::vector<ApiRoute> StatusRoutes(std::function<StatusSnapshot()> take) {
  const auto metrics = [take](const ApiRequest&) {
    ApiAnswer answer;
    answer.body = RenderMetrics(take());
    answer.content_type = MetricsText::kContentType;
    return answer;
  };
  const auto status = [take](const ApiRequest&) {
    ApiAnswer answer;
    answer.body = EncodeStatus(take());
    return answer;
  };
  return {{"/metrics", false, metrics, /*is_get=*/true}, {"/status", false, status, /*is_get=*/true}};
}

}  // namespace tailrace
