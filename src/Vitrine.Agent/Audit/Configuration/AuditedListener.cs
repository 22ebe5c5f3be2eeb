using System.Net;

namespace Vitrine.Agent.Audit.Configuration;

/// <summary>An address that a gate listens on.</summary>
/// <param name="Key">The key of the file: <c>Listeners:0</c>.</param>
/// <param name="Address">As it is written.</param>
/// <param name="KeyFile">The file with the key of its certificate; null without TLS.</param>
/// <param name="AllowsWithoutTls">Whether tokens may come without TLS.</param>
sealed record AuditedListener(string Key, string Address, string? KeyFile, bool AllowsWithoutTls)
{
    /// <summary>Whether other machines reach it.</summary>
    public bool IsBeyondLoopback => !(Address.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) || (IPEndPoint.TryParse(Address, out var end) && IPAddress.IsLoopback(end.Address)));
}
