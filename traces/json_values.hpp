// Inside this room only: the JSON values of views, shared by the writer and by the reader, which
// recomputes `changed` to verify it. Ordered, so that keys come out as listed in FORMAT.md.
#pragma once

#include <nlohmann/json.hpp>

#include "spec/view.hpp"

namespace traces::internal {

using Json = nlohmann::ordered_json;

Json to_json_value(const spec::MessageView& message);
// A field that only some clusters have is there where it says something.
Json to_json_value(const spec::ServerView& view);

// {field: [before, after]} for each field of the views that differs; null where one lacks it.
Json changed_fields(const spec::ServerView& before, const spec::ServerView& after);

}  // namespace traces::internal
