# The production images: `make images` builds them here, the workflows with
# another TAG.
variable "REGISTRY" {
  default = "localhost:5000/acme/everything"
}

variable "TAG" {
  default = "local"
}

group "default" {
  targets = ["image"]
}

target "image" {
  name    = service
  matrix  = {
    service = [
      "api",
      "billing",
      "search",
      "worker",
      "shop",
      "dashboard",
      "docs",
    ]
  }
  context = "services/${service}"
  target  = "production"
  tags    = ["${REGISTRY}/${service}:${TAG}"]
}
