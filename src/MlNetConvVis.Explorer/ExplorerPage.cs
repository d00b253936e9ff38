using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace MlNetConvVis.Explorer;

/// <summary>The page's files, which travel inside the assembly.</summary>
internal static class ExplorerPage
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        Serve(routes, "/", "explorer.html", "text/html; charset=utf-8");
        Serve(routes, "/explorer.css", "explorer.css", "text/css; charset=utf-8");
        foreach (var script in new[] { "explorer.js", "base.js", "parts.js" }) Serve(routes, $"/{script}", script, "text/javascript; charset=utf-8");
        routes.MapGet("/favicon.ico", static () => Results.NoContent());
    }

    private static void Serve(IEndpointRouteBuilder routes, string path, string resource, string type)
    {
        using var stream = typeof(ExplorerPage).Assembly.GetManifestResourceStream(resource)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        var bytes = content.ToArray();
        routes.MapGet(path, context =>
        {
            context.Response.ContentType = type;
            return context.Response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
        });
    }
}
