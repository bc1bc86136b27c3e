# A deployment that starts only where its own image can be pulled, and that runs
# exactly what was found: the tag is checked, the digest is deployed.

terraform {
  required_version = ">= 1.5"

  required_providers {
    stellaops = {
      source = "stellaops/stellaops"
    }
  }
}

variable "registry_url" {
  description = "Registry that the deployment pulls from, without a scheme."
  type        = string
}

variable "registry_username" {
  type = string
}

variable "registry_password" {
  type      = string
  sensitive = true
}

variable "repository" {
  type    = string
  default = "stellaops/platform"
}

variable "tag" {
  type    = string
  default = "2.1.0"
}

data "stellaops_oci_credentials_check" "image" {
  registry_url = var.registry_url
  username     = var.registry_username
  password     = var.registry_password

  access = [{
    repository = var.repository
    reference  = var.tag # or a digest; pull is implied
  }]
}

locals {
  # Null where the check did not get that far, or is skipped.
  digest = one(data.stellaops_oci_credentials_check.image.access_results[*].digest)
  image  = local.digest == null ? "${var.repository}:${var.tag}" : "${var.repository}@${local.digest}"
}

# Stands in for your deployment.
resource "terraform_data" "deployment" {
  input = "${var.registry_url}/${local.image}"

  lifecycle {
    precondition {
      condition = data.stellaops_oci_credentials_check.image.passed
      error_message = join("\n  - ", concat(
        [data.stellaops_oci_credentials_check.image.message],
        data.stellaops_oci_credentials_check.image.likely_causes,
      ))
    }
  }
}

output "deployed" {
  value = terraform_data.deployment.output
}
