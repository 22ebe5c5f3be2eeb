using Microsoft.AspNetCore.Http;

namespace Vitrine.Doors.Http;

/// <summary>By which headers proxies say that they forward, beside <c>X-Forwarded-For</c> and <c>Forwarded</c>, which say for whom.</summary>
static class ForwardingHeaders
{
    // By the beginnings of the names: each of them alone, because a proxy adds what it was told to. X-Original-… is where ASP.NET Core's forwarded headers middleware puts what it has taken off; X-Envoy-… and l5d-… come
    // from the sidecars of service meshes (Istio, Linkerd), whose connections come from this machine; CF-… and True-Client-IP from the networks of content providers, CDN-Loop from any of them (RFC 8586); X-ARR-… from IIS, Tailscale-… from a
    // program of that name, both of which forward from this machine.
    static readonly string[] s_prefixes = ["X-Forwarded", "X-Original-", "X-Envoy-", "l5d-", "Forwarded", "CF-", "True-Client-IP", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "CDN-Loop", "Client-IP", "Fastly-", "X-Azure-", "X-Appengine-", "X-Varnish", "X-ProxyUser-", "X-ARR-", "Tailscale-"];

    // Shorter than a name of which it could be the beginning.
    const string Via = "Via";

    /// <summary>The first one; null when there is none.</summary>
    public static string? FirstOther(IHeaderDictionary headers)
    {
        foreach (var (header, _) in headers)
        {
            if (IsForwarding(header) && !header.Equals("X-Forwarded-For", StringComparison.OrdinalIgnoreCase) && !header.Equals("Forwarded", StringComparison.OrdinalIgnoreCase)) return header;
        }
        return null;
    }

    static bool IsForwarding(string header)
    {
        if (header.Equals(Via, StringComparison.OrdinalIgnoreCase)) return true;
        foreach (var prefix in s_prefixes)
        {
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
