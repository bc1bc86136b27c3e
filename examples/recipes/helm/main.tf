terraform {
  required_providers {
    helm      = { source = "hashicorp/helm" }
    stellaops = { source = "stellaops/stellaops" }
  }
}

variable "registry_password" {
  type      = string
  sensitive = true
}

locals {
  login   = base64encode("octocat:${var.registry_password}")
  payload = jsonencode({ auths = { "ghcr.io" = { auth = local.login } } })
}

data "stellaops_oci_credentials_check" "pull" {
  registry_url       = "ghcr.io"
  docker_config_json = local.payload
}

resource "helm_release" "app" {
  name   = "app"
  chart  = "./chart"
  values = [yamlencode({ pullSecret = { dockerconfigjson = local.payload } })]

  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.pull.passed
      error_message = data.stellaops_oci_credentials_check.pull.message
    }
  }
}
