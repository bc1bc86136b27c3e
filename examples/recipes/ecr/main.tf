terraform {
  required_providers {
    aws       = { source = "hashicorp/aws" }
    stellaops = { source = "stellaops/stellaops" }
  }
}

data "aws_ecr_authorization_token" "login" {}

data "aws_ecr_repository" "app" {
  name = "org/app"
}

data "stellaops_oci_credentials_check" "registry" {
  registry_url = data.aws_ecr_repository.app.repository_url
  username     = data.aws_ecr_authorization_token.login.user_name
  password     = data.aws_ecr_authorization_token.login.password
}

resource "terraform_data" "release" { # whatever uses the login
  lifecycle {
    precondition {
      condition     = data.stellaops_oci_credentials_check.registry.passed
      error_message = data.stellaops_oci_credentials_check.registry.message
    }
  }
}
