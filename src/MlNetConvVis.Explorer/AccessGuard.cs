using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace MlNetConvVis.Explorer;

/// <summary>
/// Lets in who may come in: on a loopback address requests that name it as their host (so that no page of the web reaches it by a name of its own that points
/// here), elsewhere those that know the token; from other pages nobody.
/// </summary>
internal sealed class AccessGuard(ExplorerOptions options)
{
    private const string Cookie = "convvis-token";
    private const string Policy =
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly byte[]? _token = options.Token is { } token ? Encoding.UTF8.GetBytes(token) : null;

    /// <summary>Decides about a request, and answers those that are refused.</summary>
    public async Task Invoke(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        (headers.ContentSecurityPolicy, headers.XContentTypeOptions, headers.CacheControl) = (Policy, "nosniff", "no-store");
        headers["Referrer-Policy"] = "no-referrer";
        if (Refusal(context) is { } why)
        {
            context.Response.StatusCode = why.Status;
            await context.Response.WriteAsJsonAsync(new ErrorAnswer(why.Message)).ConfigureAwait(false);
        }
        else if (!HasEntered(context))
        {
            context.Response.Redirect("/");
        }
        else
        {
            await next(context).ConfigureAwait(false);
        }
    }

    /// <summary>A token in the address becomes a cookie, so that it does not stay in the address.</summary>
    private bool HasEntered(HttpContext context)
    {
        if (_token is null || !context.Request.Query.ContainsKey("token")) return true;
        context.Response.Cookies.Append(Cookie, options.Token!, new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict });
        return false;
    }

    private RequestException? Refusal(HttpContext context)
    {
        var request = context.Request;
        if (IPAddress.IsLoopback(options.Address) && !IsOurs(request.Host.Host))
            return new RequestException(403, $"Host '{request.Host.Host}' is not this explorer; localhost was wanted.");
        if (request.Headers["Sec-Fetch-Site"] is [{ } site] && site is not ("same-origin" or "none") && request.Path != "/")
            return new RequestException(403, "Another page asked; only the explorer's own may.");
        if (_token is null) return null;
        var shown = request.Path == "/" && request.Query["token"] is [{ } given] ? given : request.Cookies[Cookie] ?? "";
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(shown)), SHA256.HashData(_token)) ? null
            : new RequestException(401, "The token is missing or wrong; open the address that the explorer printed.");
    }

    private static bool IsOurs(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
