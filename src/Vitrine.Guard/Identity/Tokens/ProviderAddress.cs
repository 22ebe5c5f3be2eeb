using System.Net;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Which addresses a provider may have.</summary>
static class ProviderAddress
{
    /// <summary>Whether it may be asked: over HTTPS, or over plain HTTP when <paramref name="allowHttp"/>. Names and passwords in an address are refused: they would end up in logs.</summary>
    public static bool IsAllowed(string address, bool allowHttp) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Length == 0 && (uri.Scheme == Uri.UriSchemeHttps || (allowHttp && uri.Scheme == Uri.UriSchemeHttp));

    /// <summary>Whether it is on this machine, by its address or as <c>localhost</c>.</summary>
    public static bool IsLoopback(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri)
        && (uri.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var ip) && NetworkAddress.From(ip).IsLoopback));
}
