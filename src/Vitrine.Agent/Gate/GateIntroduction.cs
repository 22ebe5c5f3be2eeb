using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Gate.Services;
using Vitrine.Guard.Identity;
using Vitrine.Instruments;

namespace Vitrine.Agent.Gate;

/// <summary>The first thing that the gate says: what is guarded, where it is open, and to whom.</summary>
static class GateIntroduction
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(GateServer gate, GateOptions options)
    {
        yield return $"vitrine gate {ProductVersion.Text.Split('+')[0]}";
        foreach (var service in gate.Shown)
            yield return $"  {service.Name}: {Of(service)}";
        foreach (var address in gate.Addresses)
            yield return $"open at {address}{(address.StartsWith("unix:", StringComparison.Ordinal) ? "" : options.Prefix)} to {Whom(address, options.Guard.Identity)}";
        yield return options.Guard.Audit.File is { } file ? $"audit log: {file}" : "audit log: none but these lines; --audit-log FILE (Guard:Audit:File) keeps one that shows every change";
    }

    static string Of(GateService service)
    {
        var forward = service.Client is { } client ? $"; what cannot be seen is forwarded to {client.Address}" : "; nothing is forwarded";
        try
        {
            using var target = service.Open();
            return target.Go is { } go
                ? string.Create(CultureInfo.InvariantCulture, $"{go.Name} (pid {target.Pid}, {go.RuntimeVersion}), seen from outside{forward}")
                : $"not seen from outside: {target.WhyNotOutside}{forward}";
        }
        catch (InstrumentUnavailableException e)
        {
            return $"not there yet: {e.Message} The gate looks for {service.Choice} whenever somebody asks";
        }
    }

    static string Whom(string address, IdentityOptions identity)
    {
        List<string> whom = [];
        if (identity.Jwt is not null)
            whom.Add("bearer tokens");
        if (identity.Certificates is not null && address.StartsWith("https:", StringComparison.Ordinal))
            whom.Add("certificates");
        if (address.StartsWith("unix:", StringComparison.Ordinal))
            whom.Add(identity.UnixPeers is { Users.Count: 0, Groups.Count: 0 } ? "this user and root" : "the users and groups of Guard:Identity:UnixPeers");
        else if (identity.Local.Allow ?? identity is { Jwt: null, Certificates: null, UnixPeers: { Users.Count: 0, Groups.Count: 0 } })
            whom.Add("programs of this machine, without credentials");
        return whom.Count > 0 ? string.Join(" and ", whom) : "nobody: set Guard:Identity";
    }
}
