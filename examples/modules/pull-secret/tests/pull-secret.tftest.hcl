# Run with "terraform test" (from 1.7) or "tofu test"; nothing is sent.

variables {
  images  = ["registry.example.com/team/app:1"]
  payload = "{\"auths\":{}}"
}

run "a_good_payload_is_handed_on" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.pull
    values = {
      passed        = true
      likely_causes = []
    }
  }

  assert {
    condition     = nonsensitive(output.payload) == var.payload
    error_message = "The payload is not handed on."
  }
}

run "a_payload_without_the_registry_is_not" {
  command = plan

  override_data {
    target = data.stellaops_oci_credentials_check.pull
    values = {
      passed        = false
      message       = "docker_config_json has no entry for registry.example.com (it has other.example.com), and registry.example.com requires a login: 401 Unauthorized."
      likely_causes = ["docker_config_json has no entry for registry.example.com (it has other.example.com)"]
    }
  }

  expect_failures = [output.payload]
}

run "images_are_asked_for" {
  command = plan

  variables {
    pull   = true
    images = ["registry.example.com/team/app:1", "localhost:5000/app@sha256:0000000000000000000000000000000000000000000000000000000000000000", "alpine:3", "team/app"]
  }

  override_data {
    target = data.stellaops_oci_credentials_check.pull
    values = {
      passed        = true
      likely_causes = []
    }
  }

  assert {
    condition     = jsonencode([for check in data.stellaops_oci_credentials_check.pull : one(coalesce(check.access, [])[*].repository)]) == jsonencode([null, "app", "team/app", null])
    error_message = "Other repositories are asked for, or an image without its registry is."
  }

  assert {
    condition     = length(output.digests) == 4
    error_message = "An image has no digest."
  }
}
