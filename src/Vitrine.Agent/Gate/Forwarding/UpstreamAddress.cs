using System.Globalization;
using System.Net;

namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>
/// Where a service's own diagnostic pages are: <c>http://127.0.0.1:6060</c>, <c>http://localhost:6060/internal/</c>, <c>unix:/run/checkout.sock</c>. Profiles are below it at <c>debug/pprof/</c>, expvar's page at <c>debug/vars</c>.
/// Only this machine, unless the configuration says otherwise: what stands between the gate and the service is not guarded.
/// </summary>
sealed record UpstreamAddress
{
    const string UnixPrefix = "unix:";

    UpstreamAddress(Uri baseAddress, string? socketPath)
    {
        Base = baseAddress;
        SocketPath = socketPath;
    }

    /// <summary>The address that paths are relative to; ends with a slash. Its host is <c>localhost</c> for a Unix socket.</summary>
    public Uri Base { get; }

    /// <summary>The Unix socket's path; null for TCP.</summary>
    public string? SocketPath { get; }

    /// <summary>Whether the address can only be this machine. <c>localhost</c> is: the client connects to loopback addresses whatever the name resolves to.</summary>
    public bool IsThisMachine => SocketPath is not null || IsLocalhost || (IPAddress.TryParse(Base.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether the host is the name <c>localhost</c>.</summary>
    public bool IsLocalhost => string.Equals(Base.Host, "localhost", StringComparison.OrdinalIgnoreCase);

    /// <summary>How a process is found that listens there: <c>127.0.0.1:6060</c>, or the path of the Unix socket; null when it may be another machine's.</summary>
    public string? ListenerHere => !IsThisMachine ? null : SocketPath ?? string.Create(CultureInfo.InvariantCulture, $"{Base.Host}:{Base.Port}");

    /// <summary>Reads an address.</summary>
    /// <param name="text">As it was typed or stands in the configuration.</param>
    /// <param name="allowsOtherMachines">Whether addresses of other machines may be named.</param>
    /// <exception cref="FormatException">It is none; the message is a sentence that says what to write.</exception>
    public static UpstreamAddress Parse(string text, bool allowsOtherMachines = false)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
            return OfSocket(text, text[UnixPrefix.Length..]);
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
            throw new FormatException($"'{text}' is not the address of a service: write http://127.0.0.1:6060 or unix:/run/service.sock.");
        if (uri.UserInfo.Length > 0 || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            throw new FormatException($"'{uri.Scheme}://{uri.Authority}…' has a user name, a query or a fragment: only host, port and path are taken.");
        // People paste what they look at.
        var path = uri.AbsolutePath;
        var pprof = path.IndexOf("/debug/pprof", StringComparison.Ordinal);
        path = pprof >= 0 ? path[..(pprof + 1)] : path.EndsWith('/') ? path : path + "/";
        var address = new UpstreamAddress(new Uri(uri, path), null);
        return allowsOtherMachines || address.IsThisMachine
            ? address
            : throw new FormatException($"{text} is not on this machine. Between the gate and the service nothing is guarded: run the gate beside the service, or set AllowOtherMachines of this upstream in the configuration file.");
    }

    static UpstreamAddress OfSocket(string text, string path)
    {
        // The longest that the kernel takes is 108 bytes, unix(7).
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal) || System.Text.Encoding.UTF8.GetByteCount(path) > 107)
            throw new FormatException($"'{text}' is not the path of a Unix socket: write unix: and an absolute path of at most 107 bytes.");
        return new UpstreamAddress(new Uri("http://localhost/"), path);
    }

    /// <inheritdoc/>
    public override string ToString() => SocketPath is { } path ? UnixPrefix + path : Base.ToString();
}
