import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import org.opensearch.common.settings.Settings;
import org.opensearch.core.common.transport.TransportAddress;
import org.opensearch.env.Environment;
import org.opensearch.http.HttpServerTransport;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.Plugin;

/** One OpenSearch node in this JVM. Arguments: name=value for each setting; prints the address once it listens. */
public final class NodeMain {
  private static final List<String> MODULES = List.of(
      "org.opensearch.transport.Netty4Plugin",
      "org.opensearch.analysis.common.CommonAnalysisPlugin",
      "org.opensearch.geo.GeoModulePlugin",
      "org.opensearch.index.mapper.MapperExtrasPlugin",
      "org.opensearch.painless.PainlessPlugin",
      "org.opensearch.ingest.common.IngestCommonPlugin",
      "org.opensearch.index.reindex.ReindexPlugin");

  private static final class EmbeddedNode extends Node {
    EmbeddedNode(Environment environment, Collection<Class<? extends Plugin>> plugins) {
      super(environment, plugins, true);
    }

    @Override
    protected void configureNodeAndClusterIdStateListener(
        org.opensearch.cluster.service.ClusterService clusterService) {
      // It would name the node in a logging layout that this program does not have.
    }
  }

  public static void main(String[] arguments) throws Exception {
    Settings.Builder settings = Settings.builder();
    List<String> names = new ArrayList<>(MODULES);
    for (String argument : arguments) {
      String[] pair = argument.split("=", 2);
      if (pair[0].equals("plugin")) {
        names.add(pair[1]);
      } else {
        settings.put(pair[0], pair[1]);
      }
    }
    Settings given = settings.build();
    Path config = Path.of(given.get("path.home"), "config");
    Environment environment = InternalSettingsPreparer.prepareEnvironment(
        given, new HashMap<>(), config, () -> given.get("node.name", "node"));
    Node node = new EmbeddedNode(environment, classes(names));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    TransportAddress address = node.injector().getInstance(HttpServerTransport.class).boundAddress().publishAddress();
    System.out.println("listening on " + address);
    new CountDownLatch(1).await();
  }

  private static Collection<Class<? extends Plugin>> classes(List<String> names) throws ClassNotFoundException {
    List<Class<? extends Plugin>> classes = new ArrayList<>();
    for (String name : names) {
      classes.add(Class.forName(name).asSubclass(Plugin.class));
    }
    return classes;
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }
}
