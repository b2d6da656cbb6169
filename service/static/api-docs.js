// Draws the description of the API from this very service.
window.addEventListener("load", function () {
  window.SwaggerUIBundle({
    url: document.querySelector("[data-openapi]").getAttribute("data-openapi"),
    dom_id: "#api",
    deepLinking: true,
    validatorUrl: null,
  });
});
