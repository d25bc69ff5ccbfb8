// Breaks nothing: a scenario is YAML.
#include <yaml-cpp/yaml.h>
