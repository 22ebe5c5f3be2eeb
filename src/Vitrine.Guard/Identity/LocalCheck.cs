namespace Vitrine.Guard.Identity;

/// <summary>Whether somebody is a program of this machine that came directly.</summary>
/// <remarks>
/// What counts is the address of the connection itself, which no header can change. A request that says that it was forwarded came through a proxy on this machine and from anywhere: it is refused, also when
/// the proxy is listed, because no address that a header names makes anybody local. A proxy that does not say so cannot be told from a local program.
/// </remarks>
sealed class LocalCheck(LocalOptions options)
{
    // Made once: a caller that is refused costs no allocation either.
    static readonly Refusal s_notLocal = new(RefusalKind.Forbidden, "Vitrine answers only callers on the same machine: connect over 127.0.0.1 or ::1, for example through ssh -L.");
    static readonly Refusal s_forwarded = new(RefusalKind.Forbidden, "Vitrine answers only direct callers: this request was forwarded by a proxy.");
    static readonly Refusal s_wrongHost = new(RefusalKind.Forbidden, "Vitrine does not answer under this host name: use localhost or a loopback address, or add the name to Identity:Local:AllowedHosts.");

    readonly string[] _hosts = [.. options.AllowedHosts];

    /// <summary>Why the caller is refused; null when it is a program of this machine.</summary>
    public Refusal? Check(Credentials credentials, ClientAddress address)
    {
        if (address.Connection is not { IsLoopback: true }) return s_notLocal;
        if (credentials.IsForwarded) return s_forwarded;
        return IsAllowedHost(credentials.Host) ? null : s_wrongHost;
    }

    // An HTTP/1.0 request has none; a browser always sends it.
    bool IsAllowedHost(string? host)
    {
        if (string.IsNullOrEmpty(host) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        var name = host is ['[', .., ']'] ? host.AsSpan(1, host.Length - 2) : host;
        // 127.0.0.1 written as an address of IPv6 is for browsers an address like any other one: what they say of the page that asks, they do not say there.
        if (NetworkAddress.TryParse(name, out var address)) return address.IsLoopback && !(address.IsV4 && name.Contains(':'));
        foreach (var allowed in _hosts)
        {
            if (allowed.Equals(host, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }
}
