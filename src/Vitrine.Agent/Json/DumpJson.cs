using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Goroutines;

namespace Vitrine.Agent.Json;

/// <summary>A goroutine dump as JSON: every goroutine with its stack.</summary>
static class DumpJson
{
    /// <summary>Goroutines between two flushes: bounds the writer's buffer for a dump of any size.</summary>
    const int FlushEvery = 256;

    public static void Write(Stream stream, GoTarget target, GoroutineDump dump, GoroutineFilter filter) =>
        JsonDocumentWriter.Write(stream, JsonSchema.Dump, json =>
        {
            json.WriteTarget(target);
            json.WriteTime("capturedAt", dump.CapturedAt);
            json.WriteNumber("durationMs", dump.Duration.TotalMilliseconds);
            WriteConsistency(json, dump);
            json.WriteStartArray("notes");
            foreach (var note in dump.Notes)
                json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteStartArray("goroutines");
            for (var i = 0; i < dump.Count; i++)
            {
                if (filter.Matches(dump[i]))
                    WriteGoroutine(json, dump[i]);
                if (i % FlushEvery == 0)
                    json.Flush();
            }
            json.WriteEndArray();
        }, indented: false);

    static void WriteConsistency(Utf8JsonWriter json, GoroutineDump dump)
    {
        var consistency = dump.Consistency;
        json.WriteStartObject("consistency");
        json.WriteNumber("total", consistency.Total);
        json.WriteNumber("accepted", consistency.Accepted);
        json.WriteNumber("retried", consistency.Retried);
        json.WriteNumber("torn", consistency.Torn);
        json.WriteNumber("running", consistency.Running);
        json.WriteNumber("dead", consistency.Dead);
        json.WriteNumber("systemHidden", consistency.SystemHidden);
        json.WriteNumber("skewMs", consistency.SkewMs);
        json.WriteEndObject();
    }

    static void WriteGoroutine(Utf8JsonWriter json, Goroutine goroutine)
    {
        json.WriteStartObject();
        json.WriteNumber("id", goroutine.Id);
        json.WriteString("state", goroutine.StateText);
        json.WriteOptional("waitReason", goroutine.WaitReason);
        json.WriteOptional("blockedAtLeastNs", goroutine.BlockedAtLeast is { } blocked ? blocked.Ticks * 100 : null);
        if (goroutine.CreatedBy is { } creator)
        {
            json.WriteStartObject("createdBy");
            json.WriteString("function", creator.Function);
            json.WriteString("file", creator.File);
            json.WriteNumber("line", creator.Line);
            json.WriteEndObject();
        }
        else
            json.WriteNull("createdBy");
        if (goroutine.ParentId is { } parent)
            json.WriteNumber("parentId", parent);
        else
            json.WriteNull("parentId");
        json.WriteStartObject("labels");
        foreach (var label in goroutine.Labels)
            json.WriteString(label.Key, label.Value);
        json.WriteEndObject();
        json.WriteOptional("thread", goroutine.ThreadId);
        json.WriteBoolean("lockedToThread", goroutine.LockedToThread);
        json.WriteBoolean("system", goroutine.IsSystem);
        json.WriteString("stackStatus", StackStatusText(goroutine.StackStatus));
        WriteWait(json, goroutine.WaitingOn);
        json.WriteStartArray("frames");
        foreach (var frame in goroutine.Frames)
        {
            json.WriteStartObject();
            json.WriteString("function", frame.Function);
            json.WriteString("file", frame.File);
            json.WriteNumber("line", frame.Line);
            json.WriteBoolean("inlined", frame.Inlined);
            json.WriteBoolean("runtimeInternal", frame.IsRuntimeInternal);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static string StackStatusText(StackStatus status) => status switch
    {
        StackStatus.Complete => "complete",
        StackStatus.Incomplete => "incomplete",
        StackStatus.Running => "running",
        _ => "torn",
    };

    static void WriteWait(Utf8JsonWriter json, WaitingOn? waiting)
    {
        if (waiting is null)
        {
            json.WriteNull("waitingOn");
            return;
        }
        json.WriteStartObject("waitingOn");
        switch (waiting)
        {
            case WaitingOn.Channel channel:
                json.WriteString("kind", "channel");
                json.WriteString("direction", Direction(channel.Direction));
                WriteChannel(json, channel.State);
                break;
            case WaitingOn.Select select:
                json.WriteString("kind", "select");
                json.WriteBoolean("truncated", select.Truncated);
                json.WriteStartArray("cases");
                foreach (var one in select.Cases)
                {
                    json.WriteStartObject();
                    json.WriteString("direction", Direction(one.Direction));
                    WriteChannel(json, one.Channel);
                    json.WriteEndObject();
                }
                json.WriteEndArray();
                break;
            case WaitingOn.Forever forever:
                json.WriteString("kind", "forever");
                json.WriteString("why", forever.Why);
                break;
            case WaitingOn.Lock held:
                json.WriteString("kind", "lock");
                json.WriteString("lock", LockText(held.Kind));
                json.WriteAddress("address", held.Address);
                json.WriteAddress("semaphoreAddress", held.SemaphoreAddress);
                break;
            case WaitingOn.Network network:
                json.WriteString("kind", "network");
                json.WriteString("direction", network.Direction == ChannelDirection.Send ? "write" : "read");
                json.WriteNumber("fd", network.FileDescriptor);
                json.WriteOptional("description", network.Description);
                json.WriteOptional("protocol", network.Protocol?.ToString().ToLowerInvariant());
                json.WriteOptional("local", network.Local?.ToString());
                json.WriteOptional("remote", network.Remote?.ToString());
                json.WriteOptional("socketState", network.SocketState?.ToString().ToUpperInvariant());
                break;
            case WaitingOn.Sleep:
                json.WriteString("kind", "sleep");
                break;
            case WaitingOn.Runtime runtime:
                json.WriteString("kind", "runtime");
                json.WriteString("what", runtime.What);
                break;
            case WaitingOn.Unknown unknown:
                json.WriteString("kind", "unknown");
                json.WriteString("reason", unknown.Reason);
                break;
        }
        json.WriteString("howKnown", waiting.HowKnown);
        json.WriteEndObject();
    }

    static void WriteChannel(Utf8JsonWriter json, ChannelState channel)
    {
        json.WriteAddress("address", channel.Address);
        json.WriteOptional("length", channel.Length < 0 ? null : channel.Length);
        json.WriteOptional("capacity", channel.Capacity < 0 ? null : channel.Capacity);
        json.WriteBoolean("closed", channel.Closed);
        json.WriteOptional("elementType", channel.ElementType);
    }

    static string Direction(ChannelDirection direction) => direction == ChannelDirection.Send ? "send" : "receive";

    static string LockText(LockKind kind) => kind switch
    {
        LockKind.Mutex => "mutex",
        LockKind.RWMutexRead => "rwmutexRead",
        LockKind.RWMutexWrite => "rwmutexWrite",
        LockKind.WaitGroup => "waitGroup",
        LockKind.Cond => "cond",
        _ => "semaphore",
    };
}
