# A build that starts only where its credentials may pull and push.

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registry_url" {
  type = string
}

variable "registry_username" {
  type = string
}

variable "registry_password" {
  type      = string
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url     = var.registry_url
  username         = var.registry_username
  password         = var.registry_password
  require_verified = true

  access = [{
    repository = "stellaops/platform"
    actions    = ["pull", "push"]
    probe      = true # start and cancel an upload where the registry does not say what is granted
  }]
}

# Stands in for your build.
resource "terraform_data" "build" {
  lifecycle {
    precondition {
      condition = data.stellaops_oci_credentials_check.registry.passed
      error_message = join("\n  - ", concat(
        [data.stellaops_oci_credentials_check.registry.message],
        data.stellaops_oci_credentials_check.registry.likely_causes,
      ))
    }
  }
}

output "granted" {
  value = one(data.stellaops_oci_credentials_check.registry.access_results[*].granted)
}
