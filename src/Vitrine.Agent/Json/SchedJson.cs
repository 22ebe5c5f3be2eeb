using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>The scheduler as JSON. An unknown figure is null and has its reason under "unknown".</summary>
static class SchedJson
{
    public static void Write(Stream stream, GoTarget target, Look<SchedulerSnapshot> look) => JsonDocumentWriter.Write(stream, JsonSchema.Sched, json =>
    {
        var sched = look.Result;
        json.WriteTarget(target);
        json.WriteTime("capturedAt", look.CapturedAt);
        json.WriteNumber("durationMs", look.Duration.TotalMilliseconds);
        json.WriteNumber("skewMs", look.Consistency.SkewMs);
        var unknown = new Dictionary<string, string>(StringComparer.Ordinal);
        var field = new FieldWriter(json, unknown);
        field.Write("gomaxprocs", sched.GoMaxProcs);
        field.Write("idleProcs", sched.IdleProcs);
        field.Write("threads", sched.Threads);
        field.Write("spinningThreads", sched.SpinningThreads);
        field.Write("needSpinning", sched.NeedSpinning);
        field.Write("idleThreads", sched.IdleThreads);
        field.Write("idleLockedThreads", sched.IdleLockedThreads);
        field.Write("runQueue", sched.RunQueue);
        field.Write("runnable", sched.Runnable);
        field.Write("gcWaiting", sched.GCWaiting);
        field.Write("stopWait", sched.StopWait);
        field.Write("sysmonWait", sched.SysmonWait);
        field.Write("goroutines", sched.NumGoroutine);
        field.Write("gcCpuFraction", sched.GCCPUFraction, static (json, value) => json.WriteNumberValue(value));
        field.Write("processors", sched.Processors, WriteProcessors);
        field.Write("machines", sched.Machines, WriteMachines);
        json.WriteStartObject("unknown");
        foreach (var (name, reason) in unknown)
            json.WriteString(name, reason);
        json.WriteEndObject();
    });

    static void WriteProcessors(Utf8JsonWriter json, IReadOnlyList<ProcessorState> processors)
    {
        json.WriteStartArray();
        foreach (var one in processors)
        {
            json.WriteStartObject();
            json.WriteNumber("id", one.Id);
            json.WriteString("status", one.Status.ToString().ToLowerInvariant());
            json.WriteNumber("schedTick", one.SchedTick);
            json.WriteNumber("syscallTick", one.SyscallTick);
            json.WriteOptional("machine", one.Machine);
            json.WriteNumber("runQueue", one.RunQueueLength);
            json.WriteBoolean("hasRunNext", one.HasRunNext);
            json.WriteNumber("freeGoroutines", one.FreeGoroutines);
            json.WriteNumber("timers", one.Timers);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteMachines(Utf8JsonWriter json, IReadOnlyList<MachineThread> machines)
    {
        json.WriteStartArray();
        foreach (var one in machines)
        {
            json.WriteStartObject();
            json.WriteNumber("id", one.Id);
            json.WriteOptional("thread", one.ThreadId);
            json.WriteOptional("processor", one.Processor);
            json.WriteOptional("goroutine", (long?)one.CurrentGoroutine);
            json.WriteNumber("mallocing", one.Mallocing);
            json.WriteNumber("throwing", one.Throwing);
            json.WriteString("preemptOff", one.PreemptOff);
            json.WriteNumber("locks", one.Locks);
            json.WriteNumber("dying", one.Dying);
            json.WriteBoolean("spinning", one.Spinning);
            json.WriteBoolean("blocked", one.Blocked);
            json.WriteBoolean("inCgo", one.InCgo);
            json.WriteOptional("lockedGoroutine", (long?)one.LockedGoroutine);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
