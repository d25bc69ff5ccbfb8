// What must exist before load: users that are not connected yet, and groups. Stage: workload.
#include "workload/messenger.h"

namespace plumbline::load {
namespace {

constexpr std::size_t kSetupParallel = 32;

std::string group_body(const Population& population, const Conversation& conversation, std::uint32_t index) {
  std::string body = R"({"type":"group","name":"plumbline )" + std::to_string(index) + R"(","participantIds":[)";
  for (std::size_t i = 1; i < conversation.members.size(); ++i) {
    body += (i > 1 ? ",\"" : "\"") + population.users[conversation.members[i]].id + "\"";
  }
  return body + "]}";
}

// 201 with the conversation itself, or with it under a key.
std::string created_id(const std::string& body) {
  const JsonText json{body};
  const boost::json::object* object = json.object();
  if (object == nullptr) {
    return {};
  }
  if (const boost::json::value* inner = object->if_contains("conversation"); inner != nullptr && inner->is_object()) {
    object = &inner->get_object();
  }
  return std::string(text_of(*object, {"id", "conversationId", "conversation_id"}));
}

}  // namespace

bool Messenger::prepare(Time /*now*/) {
  if (setup_ == Setup::begin) {
    setup_ = Setup::touching;
  }
  if (setup_ == Setup::touching) {
    touch_users();
    if (setup_next_ == plan_.population.users.size() && setup_open_ == 0) {
      setup_ = Setup::grouping;
      setup_next_ = 0;
    }
  }
  if (setup_ == Setup::grouping) {
    while (setup_open_ < kSetupParallel && setup_next_ < conversations_.size()) {
      const auto next = static_cast<std::uint32_t>(setup_next_++);
      if (conversations_[next].group) {
        create_group(next);
      }
    }
    if (setup_next_ == conversations_.size() && setup_open_ == 0) {
      register_conversations();
      setup_ = Setup::done;
    }
  }
  return setup_ == Setup::done;
}

// A user exists from its first authenticated call on; connected devices have made theirs.
void Messenger::touch_users() {
  while (setup_open_ < kSetupParallel && setup_next_ < plan_.population.users.size()) {
    const auto user = static_cast<std::uint32_t>(setup_next_);
    if (setting_.token(user) == nullptr) {
      return;
    }
    ++setup_next_;
    if (devices_[plan_.population.users[user].first_device].link != nullptr) {
      continue;
    }
    ++setup_open_;
    rest(user, "GET", "/messages/unread-count", {}, [this](const HttpEnd& end) {
      --setup_open_;
      if (classify(end, setting_.contract) != Outcome::ok && failure_.empty()) {
        failure_ = "the target refused a user that a signed token introduces (GET /messages/unread-count" +
                   (end ? ", status " + std::to_string(end.value().response.status) : std::string{}) +
                   "); does it trust the key? give it with --jwt-key";
      }
    });
  }
}

void Messenger::create_group(std::uint32_t conversation) {
  ++setup_open_;
  const Conversation& group = conversations_[conversation];
  rest(group.members.front(), "POST", "/api/conversations", group_body(plan_.population, group, conversation),
       [this, conversation](const HttpEnd& end) {
         --setup_open_;
         const std::string id =
             classify(end, setting_.contract) == Outcome::ok ? created_id(end.value().response.body) : "";
         if (id.empty() && failure_.empty()) {
           failure_ = "the target did not create a group (POST /api/conversations" +
                      (end ? ", status " + std::to_string(end.value().response.status) : ", no answer") + ")";
         }
         conversations_[conversation].id = id;
       });
}

void Messenger::register_conversations() {
  for (std::uint32_t i = 0; i < conversations_.size(); ++i) {
    std::vector<checker::DeviceIndex> members;
    for (const std::uint32_t member : conversations_[i].members) {
      const User& user = plan_.population.users[member];
      for (std::uint32_t d = 0; d < user.devices; ++d) {
        members.push_back(user.first_device + d);
        if (setting_.resumes) {
          devices_[user.first_device + d].cursors.emplace_back(i, 0);
        }
      }
    }
    conversation_index_.emplace(conversations_[i].id, i);
    checker_.add_conversation(i, std::move(members));
  }
}

}  // namespace plumbline::load
