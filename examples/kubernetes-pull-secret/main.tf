# A Kubernetes pull secret, checked as it ships: the same payload goes to the
# cluster and to the check, which reads it as the kubelet does.

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registry_url" {
  description = "Registry that the pods pull from, as its key in the payload."
  type        = string
}

variable "registry_username" {
  type = string
}

variable "registry_password" {
  type      = string
  sensitive = true
}

locals {
  payload = jsonencode({
    auths = {
      (var.registry_url) = {
        auth = base64encode("${var.registry_username}:${var.registry_password}")
      }
    }
  })
}

data "stellaops_oci_credentials_check" "pull" {
  registry_url       = var.registry_url
  docker_config_json = local.payload
}

# Stands in for the secret of the kubernetes provider, which would have
#
#   type = "kubernetes.io/dockerconfigjson"
#   data = { ".dockerconfigjson" = local.payload }
#
# and the same lifecycle block.
resource "terraform_data" "pull_secret" {
  lifecycle {
    precondition {
      condition = data.stellaops_oci_credentials_check.pull.passed
      error_message = join("\n  - ", concat(
        [data.stellaops_oci_credentials_check.pull.message],
        data.stellaops_oci_credentials_check.pull.likely_causes,
      ))
    }
  }
}

output "verdict" {
  value = data.stellaops_oci_credentials_check.pull.message
}
