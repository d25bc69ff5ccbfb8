// The sections of a scenario file, one reader each; private to this folder. Stage: scenario.
#pragma once

#include "scenario/scenario.h"
#include "scenario/yaml_reader.h"

namespace plumbline::load {

void read_target(Complaints& complaints, const YAML::Node& node, const std::string& base_dir, Target& into);
void read_target_file(Complaints& complaints, const YAML::Node& root, const std::string& base_dir, Target& into);
void read_phases(Complaints& complaints, const YAML::Node& node, Scenario& into);
void read_mix(Complaints& complaints, const YAML::Node& node, Mix& into);
void read_faults(Complaints& complaints, const YAML::Node& node, const std::vector<Phase>& phases,
                 std::vector<Fault>& into);
void read_gates(Complaints& complaints, const YAML::Node& node, const std::vector<Phase>& phases,
                std::vector<Gate>& into);

}  // namespace plumbline::load
