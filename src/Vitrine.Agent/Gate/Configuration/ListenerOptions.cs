namespace Vitrine.Agent.Gate.Configuration;

/// <summary>An address that the gate listens on.</summary>
sealed class ListenerOptions
{
    /// <summary>Address and port: <c>127.0.0.1:6070</c>, <c>[::1]:6070</c>, <c>:6443</c> for every address of the machine; port 0 takes one that is free.</summary>
    public string Address { get; set; } = "";

    /// <summary>The certificate of TLS with those between it and its authority, PEM; null = no TLS. Read again when it changes, and on SIGHUP.</summary>
    public string? Certificate { get; set; }

    /// <summary>The key of the certificate, PEM; null = it is in the same file.</summary>
    public string? Key { get; set; }

    /// <summary>Whether tokens may come over the network without TLS: behind a proxy that ends it, on a network that nobody else reads.</summary>
    public bool AllowWithoutTls { get; set; }
}
