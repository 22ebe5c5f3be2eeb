using System.Diagnostics;
using System.Globalization;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary>One rule for all verbs that watch: when the target ends first, what was seen is the result, and the exit code says that it was cut short.</summary>
[Collection(nameof(Alone))]
public sealed class TargetEndsTests : IDisposable
{
    const string ThenItEnded = "then the process ended";
    const int Attempts = 3;

    static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);

    readonly string _folder = Directory.CreateTempSubdirectory("vitrine-ends-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Every verb that watches, all of them at once on one process that is killed.</summary>
    [FullRunOnly("eleven verbs at once")]
    [Fact]
    public void Every_verb_that_watches_keeps_its_result_and_says_that_it_was_cut_short()
    {
        Prerequisite.Probes();
        string block = Path.Combine(_folder, "block.pb.gz"), cpu = Path.Combine(_folder, "cpu.pb.gz"), offCpu = Path.Combine(_folder, "offcpu.pb.gz");
        (string[] Words, Func<string, bool> HasResult)[] looks =
        [
            (["latency", "PID", "net/http.(*conn).serve"], Says),
            (["waits", "PID", "--kind", "lock", "--budget", "100%"], Says),
            (["waits", "PID", "--profile", "block", "--budget", "100%", "-o", block], _ => IsProfile(block)),
            (["gc", "PID"], Says),
            (["http", "PID"], Says),
            (["panics", "PID"], Says),
            (["panics", "PID", "--format", "json"], static output => output.Contains("\"targetEnded\": true", StringComparison.Ordinal)),
            (["watch", "PID", "--on", "panic", "-o", _folder], static output => output.Contains("the process has ended", StringComparison.Ordinal)),
            (["record", "PID", "cpu", "-o", cpu], _ => IsProfile(cpu)),
            (["record", "PID", "offcpu", "-o", offCpu], _ => IsProfile(offCpu)),
            (["sockets", "PID"], Says),
        ];

        // Where the process ends while the probes are being put in place there is no result: only then another attempt.
        for (var attempt = 1; looks.Length > 0; attempt++)
        {
            var results = KillWhileWatched([.. looks.Select(static look => look.Words)]);
            Assert.All(looks.Zip(results), static pair => Assert.True(pair.Second.ExitCode == ExitCode.TargetGone, $"{string.Join(' ', pair.First.Words)}: exit code {pair.Second.ExitCode}: {pair.Second.Errors}"));
            var missing = looks.Zip(results).Where(static pair => !(pair.First.HasResult(pair.Second.Output) && pair.Second.Errors.Contains("of the look; the result is of that time", StringComparison.Ordinal))).ToList();
            Assert.True(missing.Count == 0 || attempt < Attempts, string.Join('\n', missing.Select(static pair => $"{string.Join(' ', pair.First.Words)}:\n{pair.Second.Output}\n{pair.Second.Errors}")));
            looks = [.. missing.Select(static pair => pair.First)];
        }
    }

    static bool Says(string output) => output.Contains(ThenItEnded, StringComparison.Ordinal);

    static bool IsProfile(string path) => File.Exists(path) && ProfileReader.Read(File.ReadAllBytes(path)).Samples.Count > 0;

    static ProgramResult[] KillWhileWatched(string[][] looks)
    {
        using var sample = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        var pid = sample.Pid.ToString(CultureInfo.InvariantCulture);
        var viewers = looks.Select(words => new Viewer([.. words.Select(word => word == "PID" ? pid : word), "-d", "5m"])).ToList();
        try
        {
            var clock = Stopwatch.StartNew();
            // In place, and has been for a while: so that there is something to see.
            long since = 0;
            while (since == 0 || Stopwatch.GetElapsedTime(since) < TimeSpan.FromSeconds(2))
            {
                if (!viewers.TrueForAll(viewer => viewer.Looks(pid)))
                    since = 0;
                else if (since == 0)
                    since = Stopwatch.GetTimestamp();
                Assert.True(clock.Elapsed < Bound, $"not in place within {Bound.TotalSeconds} s: {string.Join("; ", viewers.Where(viewer => !viewer.Looks(pid)))}");
                Thread.Sleep(50);
            }
            sample.Kill();
            return [.. viewers.Select(static viewer => viewer.Result(Bound))];
        }
        finally
        {
            viewers.ForEach(static viewer => viewer.Dispose());
        }
    }

    /// <summary>A run of the program whose process can be looked at meanwhile.</summary>
    sealed class Viewer : IDisposable
    {
        readonly Process _process;
        readonly Task<string> _output;
        readonly Task<string> _errors;
        readonly string[] _words;

        public Viewer(string[] words)
        {
            _words = words;
            _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "vitrine.dll"), .. words]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            _output = _process.StandardOutput.ReadToEndAsync();
            _errors = _process.StandardError.ReadToEndAsync();
        }

        /// <summary>Whether it has probes in place, or, where it only reads, the target's memory open.</summary>
        public bool Looks(string pid) => _process.HasExited || (_words[0] is "sockets" || _words.Contains("offcpu")
            ? Has("fd", path => File.ResolveLinkTarget(path, false)?.FullName == $"/proc/{pid}/mem")
            : Has("fdinfo", static path => File.ReadAllText(path).Contains("link_id:", StringComparison.Ordinal)));

        public ProgramResult Result(TimeSpan bound)
        {
            Assert.True(_process.WaitForExit(bound), $"{this} did not end within {bound.TotalSeconds} s of its target's end");
            return new ProgramResult(_process.ExitCode, _output.Result, _errors.Result);
        }

        public override string ToString() => string.Join(' ', _words);

        public void Dispose()
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
        }

        bool Has(string folder, Func<string, bool> descriptor)
        {
            foreach (var path in Directory.GetFileSystemEntries($"/proc/{_process.Id}/{folder}"))
            {
                try
                {
                    if (descriptor(path))
                        return true;
                }
                catch (IOException)
                {
                    // Closed in the meantime.
                }
            }
            return false;
        }
    }
}
