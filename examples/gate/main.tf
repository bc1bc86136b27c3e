# A release that does not start with broken registry credentials.

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registry_url" {
  description = "Registry that the release pulls from."
  type        = string
}

variable "registry_username" {
  type    = string
  default = null
}

variable "registry_password" {
  type      = string
  default   = null
  sensitive = true
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = var.registry_url
  username     = var.registry_username
  password     = var.registry_password
}

# What ships the credentials has the precondition; here it stands in for your
# deployment.
resource "terraform_data" "release" {
  input = "registry credentials of ${var.registry_url}"

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
