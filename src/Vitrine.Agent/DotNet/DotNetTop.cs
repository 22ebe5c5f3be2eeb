using System.Globalization;
using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Outside;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.DotNet;

/// <summary><c>vitrine top</c> of a .NET process: its counters and its busiest threads, again and again.</summary>
static class DotNetTop
{
    const int MostThreads = 15;

    static readonly TimeSpan s_keyInterval = TimeSpan.FromMilliseconds(40);

    public static async Task<int> Run(DotNetTarget target, TimeSpan every, TimeSpan duration, CancellationToken cancellation)
    {
        // The counters are asked for once in each look, but not so often that they are work of their own.
        using var counters = DotNetCounters.Start(target, every > TimeSpan.FromSeconds(0.5) ? every : TimeSpan.FromSeconds(0.5));
        counters.WaitFor(1, cancellation);
        var threads = new ThreadTimes(target.Process);
        if (Console.IsOutputRedirected || Console.IsInputRedirected)
        {
            var began = TimeProvider.System.GetTimestamp();
            for (var due = TimeSpan.Zero; due <= duration; due += every)
            {
                var wait = due - TimeProvider.System.GetElapsedTime(began);
                if (wait > TimeSpan.Zero && cancellation.WaitHandle.WaitOne(wait)) break;
                Output.Text(null, writer =>
                {
                    Write(writer, Style.None, target, counters, threads.Look());
                    writer.WriteLine();
                });
            }
            return ExitCode.Success;
        }
        using var view = new LiveView(live: true);
        var started = TimeProvider.System.GetTimestamp();
        var next = TimeSpan.Zero;
        while (!cancellation.IsCancellationRequested && TimeProvider.System.GetElapsedTime(started) is var elapsed && (duration <= TimeSpan.Zero || elapsed <= duration))
        {
            if (elapsed >= next)
            {
                var busiest = threads.Look();
                view.Draw((writer, style) =>
                {
                    Write(writer, style, target, counters, busiest);
                    writer.WriteLine("\nq quit");
                });
                next = elapsed + every;
            }
            while (Console.KeyAvailable)
                if (Console.ReadKey(intercept: true).KeyChar == 'q')
                    return ExitCode.Success;
            await Task.Delay(s_keyInterval, CancellationToken.None).ConfigureAwait(false);
        }
        return ExitCode.Success;
    }

    static void Write(TextWriter writer, Style style, DotNetTarget target, DotNetCounters counters, IReadOnlyList<ThreadShare> threads)
    {
        var figures = DotNetFigures.Of(target, counters.Session, counters.Why).ToDictionary(static figure => figure.Name);
        var unknown = new UnknownReasons(style);
        string Show(string name) => unknown.Text(figures[name].Value, figures[name].Text);
        writer.WriteLine(Heading.Of(style, target));
        writer.WriteLine($"processor {Show("processorPercent")} of all   threads {Show("threads")}   pool {Show("poolThreads")} threads, {Show("poolQueueLength")} waiting, {Show("poolItemsPerSecond")} done");
        writer.WriteLine($"heap {Show("heapBytes")}, committed {Show("committedBytes")}, resident {Show("residentBytes")}   allocates {Show("allocatedBytesPerSecond")}");
        writer.WriteLine($"collections {Show("generation0Collections")} / {Show("generation1Collections")} / {Show("generation2Collections")} (generation 0 / 1 / 2), paused {Show("pausedMs")} since the last round");
        writer.WriteLine($"exceptions {Show("exceptionsPerSecond")}   locks waited for {Show("contentionsPerSecond")}   timers {Show("timers")}");
        writer.WriteLine($"\n{style.Bold}{"thread",8}  {"processor",9}  state  name{style.Reset}");
        foreach (var thread in threads.Take(MostThreads))
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{thread.Id,8}  {thread.Percent,7:0.0} %  {thread.State,-5}  {Terminal.Safe(thread.Name)}"));
        unknown.Write(writer);
    }

    /// <summary>How much of one processor a thread used since the look before.</summary>
    sealed record ThreadShare(int Id, string Name, char State, double Percent);

    sealed class ThreadTimes(LinuxProcess process)
    {
        Dictionary<int, TimeSpan> _last = [];
        long _at;

        public IReadOnlyList<ThreadShare> Look()
        {
            var threads = process.Threads();
            var now = TimeProvider.System.GetTimestamp();
            var seconds = _at == 0 ? 0 : TimeProvider.System.GetElapsedTime(_at, now).TotalSeconds;
            List<ThreadShare> shares =
            [
                .. threads.Select(thread => new ThreadShare(
                    thread.ThreadId, thread.Name, thread.State,
                    seconds > 0 && _last.TryGetValue(thread.ThreadId, out var before) ? (thread.UserTime + thread.SystemTime - before).TotalSeconds / seconds * 100 : 0)),
            ];
            (_last, _at) = (threads.ToDictionary(static thread => thread.ThreadId, static thread => thread.UserTime + thread.SystemTime), now);
            return [.. shares.OrderByDescending(static one => one.Percent).ThenBy(static one => one.Id)];
        }
    }
}
