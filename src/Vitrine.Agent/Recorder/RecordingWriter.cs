using System.Globalization;
using Vitrine.Agent.Json;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Go.Profiles;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof.Wire;

namespace Vitrine.Agent.Recorder;

/// <summary>
/// Writes a recording: a dump of the goroutines as they are now, the heap profile, and the events of the last minute. A folder aside is filled and renamed when it is
/// complete, so that whoever sees the folder sees all of it. What cannot be had (the process has just ended) is named in it, and the rest is still written.
/// </summary>
/// <param name="target">The process.</param>
/// <param name="options">Where it goes.</param>
/// <param name="before">Goroutines of some seconds ago, for a process that is gone.</param>
sealed class RecordingWriter(GoTarget target, RecorderOptions options, Func<GoroutineSnapshot?> before)
{
    /// <summary>Writes a recording of this moment.</summary>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public Recording Write(FiredTrigger fired, EventStore events)
    {
        // Times sort, and names on one disk must differ: two recordings are a cooldown apart, but that can be zero.
        var name = string.Create(CultureInfo.InvariantCulture, $"{fired.At:yyyyMMdd'T'HHmmss.fff'Z'}-{fired.Trigger.Name}");
        var path = Path.Combine(options.Folder, name);
        for (var number = 2; Directory.Exists(path); number++)
            path = Path.Combine(options.Folder, string.Create(CultureInfo.InvariantCulture, $"{name}-{number}"));
        Directory.CreateDirectory(options.Folder);
        var aside = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.partial");
        CreatePrivate(aside);
        try
        {
            var files = new List<string>();
            var problems = new List<string>();

            // 1. What changes first comes first: the goroutines.
            Try("the goroutines", problems, () => WriteGoroutines(aside, files));

            if (files.Count == 0 && before() is { } snapshot)
            {
                WriteFile(aside, "goroutines-before.pb.gz", files, stream => ProfileWriter.Write(snapshot.Profile, stream));
                problems[^1] += string.Create(CultureInfo.InvariantCulture, $" goroutines-before.pb.gz has those of {(fired.At - snapshot.At).TotalSeconds:0.0} s before.");
            }

            // 2. The heap profile changes with the collections.
            Try("the heap profile", problems, () =>
            {
                var heap = new BucketProfileInstrument(BucketProfileKind.Heap).Collect(target, CancellationToken.None).Result;
                WriteFile(aside, "heap.pb.gz", files, stream => ProfileWriter.Write(heap, stream));
            });

            // 3. The events; by now those that followed the trigger at once are among them.
            var kept = events.Snapshot();
            WriteFile(aside, "events.jsonl", files, stream =>
            {
                foreach (var one in kept.Events)
                {
                    stream.Write(one.Line);
                    stream.WriteByte((byte)'\n');
                }
            });

            // 4. What all this is.
            var recording = new Recording(path, fired, kept.Events.Count, kept.Events.Count > 0 ? kept.Events[0].At : null, files, problems);
            WriteFile(aside, "recording.json", files, stream => WriteSummary(stream, recording, kept));
            Directory.Move(aside, path);
            return recording;
        }
        catch
        {
            Directory.Delete(aside, recursive: true);
            throw;
        }
    }

    /// <summary>A recording holds paths, messages and stacks of somebody's program: only its owner may read it.</summary>
    static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsLinux())
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        else
            throw new PlatformNotSupportedException("Recordings are made on Linux.");
    }

    static void WriteFile(string folder, string name, List<string> files, Action<Stream> write)
    {
        using (var file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write))
        {
            write(file);
            file.Flush(flushToDisk: true);
        }
        files.Add(name);
    }

    static void Try(string what, List<string> problems, Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is TargetGoneException or GoBinaryException or InstrumentUnavailableException or TimeoutException or AccessDeniedException)
        {
            problems.Add($"{what}: {e.Message}");
        }
    }

    void WriteGoroutines(string folder, List<string> files)
    {
        var dump = target.ReadGoroutines(new GoroutineDumpOptions { WithArguments = true });
        WriteFile(folder, "goroutines.txt", files, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            GoText.Write(dump, writer, new GoroutineFilter());
        });
        WriteFile(folder, "goroutines.pb.gz", files, stream => ProfileWriter.Write(GoroutineProfile.Of(dump), stream));
    }

    void WriteSummary(Stream stream, Recording recording, EventSnapshot kept) => JsonDocumentWriter.Write(stream, JsonSchema.Recording, json =>
    {
        json.WriteTarget(target);
        json.WriteString("trigger", recording.Fired.Trigger.Name);
        json.WriteString("because", recording.Fired.Because);
        json.WriteTime("at", recording.Fired.At);
        json.WriteNumber("keepMs", options.Keep.TotalMilliseconds);
        json.WriteNumber("events", recording.Events);
        if (recording.From is { } from)
            json.WriteTime("from", from);
        else
            json.WriteNull("from");
        json.WriteNumber("eventBytes", kept.Bytes);
        json.WriteNumber("eventsSinceStart", kept.Total);
        json.WriteNumber("droppedEarly", kept.DroppedEarly);
        json.WriteStartArray("files");
        foreach (var file in recording.Files)
            json.WriteStringValue(file);
        json.WriteEndArray();
        json.WriteStartArray("problems");
        foreach (var problem in recording.Problems)
            json.WriteStringValue(problem);
        json.WriteEndArray();
    });
}
