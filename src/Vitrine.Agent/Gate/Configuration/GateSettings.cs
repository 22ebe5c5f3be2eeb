using System.Globalization;
using System.Net;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Doors.Http;
using Vitrine.Guard.Identity;

namespace Vitrine.Agent.Gate.Configuration;

/// <summary>The settings, checked. What is wrong is said all at once, each with its key and what to write.</summary>
static class GateSettings
{
    /// <summary>Names that a service may not have: at the same place in a path they mean something else.</summary>
    static readonly string[] s_taken = ["debug", "metrics", "healthz"];

    /// <summary>Throws when something is wrong.</summary>
    /// <exception cref="GateSettingsException">The message has all of it.</exception>
    public static void Check(GateOptions options, string source)
    {
        List<string> problems = [];
        if (options.Upstreams.Count == 0)
            problems.Add("Upstreams: there is no service to guard. Name a process or an address to forward to.");
        foreach (var (name, upstream) in options.Upstreams)
            Check(name, upstream, problems);
        foreach (var (section, value) in (ReadOnlySpan<(string, object?)>)[("", options.Guard), (":Identity", options.Guard?.Identity), (":Policy", options.Guard?.Policy), (":Limits", options.Guard?.Limits), (":Switches", options.Guard?.Switches), (":Redaction", options.Guard?.Redaction), (":Audit", options.Guard?.Audit)])
        {
            if (value is null && (section.Length == 0 || options.Guard is not null))
                problems.Add($"Guard{section} is null: give its keys, or leave it out.");
        }
        foreach (var problem in options.Guard?.Policy?.UnknownServices([.. options.Upstreams.Keys]) ?? [])
            problems.Add($"Guard:{problem}");
        foreach (var name in options.Upstreams.Keys.Where(name => IsHidden(name, options)))
            problems.Add($"Upstreams:{name}: its own pages would be below Prefix, {options.Prefix}: give the service or the prefix another name.");
        CheckPath("Prefix", options.Prefix, problems, mayBeEmpty: false);
        CheckPath("MetricsPath", options.MetricsPath ?? "", problems, mayBeEmpty: true);
        CheckPath("VarsPath", options.VarsPath ?? "", problems, mayBeEmpty: true);
        if (options.Prefix is { Length: > 0 } && options.Prefix[^1] != '/')
            problems.Add($"Prefix is {options.Prefix}: it must end with a slash.");
        for (var i = 0; i < options.Listeners.Count; i++)
            Check(string.Create(CultureInfo.InvariantCulture, $"Listeners:{i}"), options.Listeners[i], options.Guard?.Identity, problems);
        if (options.Listeners.Count == 0 && options.Socket is null)
            problems.Add("Listeners: the gate listens nowhere. Name an address, or a Socket.");
        if (options.Socket is { } socket)
            Check(socket, problems);
        if (problems.Count > 0)
            throw new GateSettingsException(source, problems);
    }

    /// <summary>Address and port; null when the text is neither. <c>:6070</c> is every address of the machine.</summary>
    public static IPEndPoint? EndPointOf(string text)
    {
        var address = text.StartsWith(':') ? "[::]" + text : text.StartsWith("localhost:", StringComparison.OrdinalIgnoreCase) ? "127.0.0.1" + text["localhost".Length..] : text;
        return address.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(address, out var end) && (end.Port > 0 || address.EndsWith(":0", StringComparison.Ordinal)) ? end : null;
    }

    /// <summary>The permissions of the socket.</summary>
    public static UnixFileMode? ModeOf(string octal)
    {
        try
        {
            var mode = Convert.ToInt32(octal, 8);
            return mode is >= 0 and <= 0x1FF ? (UnixFileMode)mode : null;
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    // What stands below a service's name must not be what stands below the prefix.
    static bool IsHidden(string name, GateOptions options) => options.Prefix is { Length: > 0 } prefix && new[] { options.MetricsAt, options.VarsAt }
        .Select(path => $"/{name}{path}").Any(path => path.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && !path.AsSpan(prefix.Length).Contains('/'));

    static void Check(string name, UpstreamOptions? upstream, List<string> problems)
    {
        var key = $"Upstreams:{name}";
        if (upstream is null)
        {
            problems.Add($"{key} is null: say which process it is (Pid, PidFile, Process or Listen), or where its own pages are (Forward).");
            return;
        }
        if (name.Length is 0 or > 64 || !name.All(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_') || s_taken.Contains(name))
            problems.Add($"{key}: a name has small letters, digits, - and _ only, 64 at most, and is none of {string.Join(", ", s_taken)}.");
        int said = (upstream.Pid is null ? 0 : 1) + (upstream.PidFile is null ? 0 : 1) + (upstream.Process is null ? 0 : 1) + (upstream.Listen is null ? 0 : 1);
        if (said > 1)
            problems.Add($"{key}: one of Pid, PidFile, Process and Listen says which process it is, not {said} of them.");
        if (said == 0 && upstream.Forward is null)
            problems.Add($"{key}: say which process it is (Pid, PidFile, Process or Listen), or where its own pages are (Forward).");
        if (upstream.Forward is { } forward)
        {
            try
            {
                UpstreamAddress.Parse(forward, upstream.AllowOtherMachines);
            }
            catch (FormatException e)
            {
                problems.Add($"{key}:Forward: {e.Message}");
            }
        }
        foreach (var profile in upstream.Profiles)
        {
            if (profile is not { Length: > 0 and <= 64 } || !profile.All(static c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-' or '_' or '.'))
                problems.Add($"{key}:Profiles: '{profile}' is not a name of a profile: use a-z, 0-9, '.', '_' and '-'.");
        }
        if (upstream.VarsInterval < TimeSpan.Zero || upstream.VarsInterval > TimeSpan.FromHours(1))
            problems.Add($"{key}:VarsInterval is {upstream.VarsInterval}: it may be 00:00:00 to 01:00:00.");
        if (upstream.Profiles.Count > 0 && upstream.Forward is null)
            problems.Add($"{key}:Profiles are forwarded, and Forward is not set.");
    }

    static void Check(string key, ListenerOptions? listener, IdentityOptions? identity, List<string> problems)
    {
        if (listener?.Address is not { } address || EndPointOf(address) is not { } end)
        {
            problems.Add($"{key}:Address is '{listener?.Address}': write 127.0.0.1:6070, [::1]:6070 or :6443.");
            return;
        }
        if (listener.Key is not null && listener.Certificate is null)
            problems.Add($"{key}:Key is set, and Certificate is not.");
        if (IPAddress.IsLoopback(end.Address))
            return;
        if (identity is { Jwt: null, Certificates: null })
            problems.Add($"{key}:Address is {listener.Address}, which other machines reach, and nobody could say who they are: set Guard:Identity:Jwt or Guard:Identity:Certificates in the configuration file, or listen on 127.0.0.1.");
        if (listener.Certificate is null && !listener.AllowWithoutTls)
            problems.Add($"{key}: tokens would cross the network readable. Set Certificate and Key (--tls-cert, --tls-key), or AllowWithoutTls behind a proxy that ends TLS.");
    }

    static void Check(SocketOptions socket, List<string> problems)
    {
        if (socket.Path?.StartsWith('/') != true)
            problems.Add($"Socket:Path is '{socket.Path}': write an absolute path.");
        if (socket.Mode is null || ModeOf(socket.Mode) is null)
            problems.Add($"Socket:Mode is '{socket.Mode}': write three octal digits, such as 0660.");
        if (socket.Group is null)
            problems.Add("Socket:Group is null: name a group, or leave it out.");
    }

    // The binder sets what the file has as null, whatever the type says.
    static void CheckPath(string key, string? path, List<string> problems, bool mayBeEmpty)
    {
        if (path is null)
        {
            problems.Add($"{key} is null: write a path, or leave it out.");
            return;
        }
        if (path.Length == 0 && mayBeEmpty)
            return;
        if (path.Length is 0 or > 200 || path[0] != '/' || path.Contains("//", StringComparison.Ordinal) || !path.All(static c => char.IsAsciiLetterOrDigit(c) || c is '/' or '-' or '_' or '.'))
            problems.Add($"{key} is '{path}': a path begins with a slash and has letters, digits, '-', '_', '.' and single slashes only, such as {HttpDoorOptions.DefaultPrefix}.");
    }
}
