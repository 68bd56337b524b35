// The target of the precompiled header needs a file of its own.
#include "tests/pch.h"
