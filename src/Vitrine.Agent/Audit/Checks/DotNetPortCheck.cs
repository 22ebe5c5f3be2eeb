using Vitrine.Agent.Audit.Facts;
using Vitrine.Instruments;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA013 and VA014: the ports by which a .NET runtime is looked into and controlled.</summary>
sealed class DotNetPortCheck : IProcessCheck
{
    static readonly string[] s_fix =
    [
        "start it with DOTNET_EnableDiagnostics_IPC=0 when nobody needs the port (then Vitrine sees only what the kernel knows)",
        "or keep it to a user of its own, so that no other service shares its rights",
    ];

    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (process.Program.Runtime != RuntimeKind.DotNet)
            yield break;
        foreach (var socket in process.Listening ?? [])
        {
            if (socket.Path is not { } path || !Path.GetFileName(path).StartsWith("dotnet-diagnostic-", StringComparison.Ordinal))
                continue;
            var open = process.SocketFiles.TryGetValue(path, out var rights) && (rights.OthersMayWrite || rights.GroupMayWrite);
            yield return new AuditFinding(AuditRules.DotNetPort, open ? Severity.High : Severity.Low, process.Subject,
                open ? "its diagnostics port is open to other users" : "its diagnostics port is open to every program of its user",
                [new($"it listens on {Reaches.Describe(socket, process, view.Machine)}", Reaches.Source(socket, process))],
                open ? [$"chmod 0600 {Shown.Text(path)}, and find out who changed it: the runtime makes it with 0600", s_fix[0]] : s_fix);
        }
        foreach (var finding in Setting(process))
            yield return finding;
    }

    // PATH[,connect|listen][,suspend|nosuspend];…: https://learn.microsoft.com/dotnet/core/diagnostics/diagnostic-port
    static IEnumerable<AuditFinding> Setting(ProcessFacts process)
    {
        const string name = "DOTNET_DiagnosticPorts";
        const int mostPorts = 16;
        if (process.Variable(name) is not { Length: > 0 } value)
            yield break;
        foreach (var port in value.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(mostPorts))
        {
            var path = port.Split(',')[0];
            var folder = Path.GetDirectoryName(path);
            var open = folder is not null && process.NamedFiles.TryGetValue(folder, out var rights) && rights.OthersMayWrite;
            yield return new AuditFinding(AuditRules.DotNetPortsSetting, open ? Severity.High : Severity.Low, process.Subject,
                open ? "it gives its diagnostics port to whoever makes a socket in a folder that everybody may write to" : "it offers its diagnostics port at a path of its own",
                [new($"{name} names {Shown.File(path)}", process.Proc("environ")), .. open ? (Evidence[])[new($"users of every kind may add files to {Shown.Text(folder)}", "statx")] : []],
                ["let the path be in a folder that only the collector may write to, or do not set the variable"]);
        }
    }
}
