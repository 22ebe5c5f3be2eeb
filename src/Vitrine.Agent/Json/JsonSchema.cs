namespace Vitrine.Agent.Json;

/// <summary>
/// Names of the JSON documents, each with its version. A field may be added within a version; a field that changes its meaning or goes away
/// makes a new version. docs/json.md describes them all.
/// </summary>
static class JsonSchema
{
    public const string Dump = "vitrine.dump/1";
    public const string Threads = "vitrine.threads/1";
    public const string Growth = "vitrine.growth/1";
    public const string Ps = "vitrine.ps/1";
    public const string Mem = "vitrine.mem/1";
    public const string Sched = "vitrine.sched/1";
    public const string Sockets = "vitrine.sockets/1";
    public const string Gc = "vitrine.gc/1";
    public const string Leaks = "vitrine.leaks/1";
    public const string Latency = "vitrine.latency/1";
    public const string Waits = "vitrine.waits/1";
    public const string Profile = "vitrine.profile/1";
    public const string Panics = "vitrine.panics/1";
    public const string Http = "vitrine.http/1";
    public const string Watch = "vitrine.watch/1";
    public const string Audit = "vitrine.audit/1";
    public const string DebuggerEvent = "vitrine.debugger/1";
    public const string Recording = "vitrine.recording/1";
}
