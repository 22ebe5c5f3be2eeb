using System.Globalization;
using System.Net;
using Vitrine.Guard.Identity;

namespace Vitrine.Agent.Audit.Configuration;

/// <summary>VA060: whom the guard lets in without knowing them, and whom it believes too much.</summary>
static class GuardRules
{
    public static IEnumerable<AuditFinding> Of(AuditedConfiguration configuration)
    {
        var identity = configuration.Guard.Identity;
        var knows = identity is not { Jwt: null, Certificates: null };
        foreach (var listener in configuration.Listeners.Where(static one => one.IsBeyondLoopback))
        {
            var where = new Evidence($"{listener.Key}:Address is {Shown.Text(listener.Address)}, which other machines reach", configuration.Path);
            if (!knows)
            {
                yield return Finding(configuration, Severity.High, "it listens beyond this machine, and nobody could say who they are", [where, new("neither Guard:Identity:Jwt nor Guard:Identity:Certificates is set", configuration.Path)],
                    "set Guard:Identity:Jwt or Guard:Identity:Certificates, or listen on 127.0.0.1");
            }
            if (listener.KeyFile is null)
            {
                yield return Finding(configuration, Severity.High, "tokens cross the network readable", [where, new($"it has no certificate{(listener.AllowsWithoutTls ? ", and AllowWithoutTls is true" : "")}", configuration.Path)],
                    "set Certificate and Key, or let a proxy on this machine end TLS and listen on 127.0.0.1");
            }
        }
        if (identity.Local.Allow == true && knows)
        {
            yield return Finding(configuration, Severity.Medium, "programs of every user of this machine are let in without credentials, beside those who have some", [new("Identity:Local:Allow is true", configuration.Path)],
                "take Identity:Local:Allow away: whoever has a token needs no loopback");
        }
        else if (identity.Local.Allow != false && !knows && identity.UnixPeers is { Users.Count: 0, Groups.Count: 0 })
        {
            yield return Finding(configuration, Severity.Medium, "programs of every user of this machine are let in without credentials", [new("no identity is configured: then callers of this machine are let in", configuration.Path)],
                "set Identity:Jwt or Identity:Certificates, or a Unix socket with Identity:UnixPeers and Identity:Local:Allow = false");
        }
        if (identity.Jwt is { AllowHttpDiscovery: true })
        {
            yield return Finding(configuration, Severity.High, "the keys of tokens come over plain HTTP: whoever is in between makes tokens", [new("Identity:Jwt:AllowHttpDiscovery is true", configuration.Path)],
                "take it away and let the provider have TLS, or name the keys in Identity:Jwt:KeyFiles");
        }
        foreach (var proxy in identity.Addresses.TrustedProxies)
        {
            if (IPNetwork.TryParse(proxy, out var network) && network.PrefixLength < (network.BaseAddress.GetAddressBytes().Length == 4 ? 8 : 32))
            {
                yield return Finding(configuration, Severity.Medium, "nearly everybody is believed to be a proxy, and says from where a call comes", [new(string.Create(CultureInfo.InvariantCulture, $"Identity:Addresses:TrustedProxies has {network}"), configuration.Path)],
                    "name the proxies' own addresses");
            }
        }
        foreach (var (role, permissions) in configuration.Guard.Policy.Roles)
        {
            if (permissions.Any(static one => one.StartsWith("pprof:raw:", StringComparison.Ordinal)))
            {
                yield return Finding(configuration, Severity.Low, "a role gets profiles without redaction", [new($"Policy:Roles:{Shown.Text(role)} has a permission of pprof:raw", configuration.Path)],
                    "keep pprof:raw to a role that is given for a task, and taken back");
            }
        }
        if (configuration.Guard.Redaction.Without.Count > 0)
        {
            yield return Finding(configuration, Severity.Low, "rules of redaction are switched off", [new($"Redaction:Without has {string.Join(", ", configuration.Guard.Redaction.Without.Take(32).Select(Shown.Text))}", configuration.Path)],
                "switch them on again, unless it is known what they would have taken out");
        }
    }

    static AuditFinding Finding(AuditedConfiguration configuration, Severity severity, string title, IReadOnlyList<Evidence> evidence, string fix) =>
        new(AuditRules.GuardOpen, severity, AuditSubject.OfFile(configuration.Path), title, evidence, [fix]);
}
