using Vitrine.Agent.Audit.Facts;
using Vitrine.Instruments;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA041: variables that take a runtime's protection away or make it tell too much. Names and values are those of the table; nothing else of the environment is shown.</summary>
sealed class RuntimeSettingsCheck : IProcessCheck
{
    // https://go.dev/doc/godebug, and net/http for http2debug.
    static readonly (string Name, string Value, Severity Severity, string Effect)[] s_godebug =
    [
        ("http2debug", "1", Severity.Medium, "writes the headers of requests to the log, cookies and tokens included"),
        ("http2debug", "2", Severity.Medium, "writes headers and frames to the log, cookies and tokens included"),
        ("httplaxcontentlength", "1", Severity.Low, "takes an empty Content-Length, which proxies read otherwise"),
        ("tlsrsakex", "1", Severity.Low, "allows TLS without forward secrecy"),
        ("tls3des", "1", Severity.Low, "allows 3DES"),
        ("tls10server", "1", Severity.Low, "allows TLS 1.0 and 1.1"),
        ("tlsunsafeekm", "1", Severity.Low, "exports keying material of connections that do not bind it"),
        ("rsa1024min", "0", Severity.Low, "takes RSA keys of fewer than 1024 bits"),
        ("x509sha1", "1", Severity.Low, "takes certificates signed with SHA-1"),
        ("x509negativeserial", "1", Severity.Low, "takes certificates with negative serial numbers"),
        ("execerrdot", "0", Severity.Low, "starts programs of the working folder"),
    ];

    static readonly (string Name, string Value, RuntimeKind? Runtime, Severity Severity, string Effect)[] s_variables =
    [
        ("ASPNETCORE_ENVIRONMENT", "Development", RuntimeKind.DotNet, Severity.Medium, "shows exceptions with their stacks, and what a developer may see, to callers"),
        ("DOTNET_ENVIRONMENT", "Development", RuntimeKind.DotNet, Severity.Medium, "shows exceptions with their stacks, and what a developer may see, to callers"),
        ("DOTNET_DbgEnableMiniDump", "1", RuntimeKind.DotNet, Severity.Low, "writes memory to a file when the process crashes"),
        ("COMPlus_DbgEnableMiniDump", "1", RuntimeKind.DotNet, Severity.Low, "writes memory to a file when the process crashes"),
        ("GOTRACEBACK", "crash", RuntimeKind.Go, Severity.Low, "ends a crash with a core dump"),
    ];

    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (process.Program.Runtime is not { } runtime)
            yield break;
        if (runtime == RuntimeKind.Go && process.Variable("GODEBUG") is { Length: > 0 } godebug)
        {
            var set = godebug.Length > 4096 ? godebug[..4096] : godebug;
            foreach (var setting in set.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                foreach (var (name, value, severity, effect) in s_godebug)
                    if (setting == $"{name}={value}")
                        yield return Finding(process, severity, $"GODEBUG {setting} {effect}", $"GODEBUG has {setting}", $"take {setting} out of GODEBUG");
        }
        foreach (var (name, value, its, severity, effect) in s_variables)
            if (its == runtime && process.Variable(name) == value)
                yield return Finding(process, severity, $"{name}={value} {effect}", $"{name} is {value}", $"take {name} away, or give it the value for production");
    }

    static AuditFinding Finding(ProcessFacts process, Severity severity, string title, string statement, string fix) =>
        new(AuditRules.RuntimeSettings, severity, process.Subject, title, [new(statement, process.Proc("environ"))], [fix]);
}
