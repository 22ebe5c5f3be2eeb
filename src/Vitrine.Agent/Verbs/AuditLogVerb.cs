using System.CommandLine;
using Vitrine.Agent.Verbs.AuditLogs;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine audit-log</c>: reads the guard's audit log; needs no process, and no privilege but to read the file.</summary>
static class AuditLogVerb
{
    public static Command Create() => new("audit-log", "Check and show the audit log of who looked at what.")
    {
        VerifyVerb.Create(),
        ShowVerb.Create(),
    };
}
