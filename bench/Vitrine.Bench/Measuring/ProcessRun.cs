using System.Diagnostics;
using System.Globalization;

namespace Vitrine.Bench.Measuring;

/// <summary>Runs a program to its end and measures the whole of it.</summary>
static class ProcessRun
{
    /// <summary>Runs a program, drops its output, and fails when it fails.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="limit">After which it is killed.</param>
    /// <param name="input">What it reads on standard input.</param>
    /// <remarks>
    /// GNU time stands in between for the peak memory. It is tiny, and that matters: ru_maxrss of a process begins with
    /// what its parent had resident when it was forked, so a child of this program could never show less than this program.
    /// </remarks>
    public static Cost Measure(string program, string[] arguments, TimeSpan limit, string input = "")
    {
        var report = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/usr/bin/time") { RedirectStandardError = true, RedirectStandardInput = true, RedirectStandardOutput = true };
            // A file as standard output: a pipe would measure how fast this program reads it.
            foreach (var argument in (string[])["-f", "%M", "-o", report, "sh", "-c", "exec \"$0\" \"$@\" >/dev/null", program, .. arguments])
                start.ArgumentList.Add(argument);
            var clock = Stopwatch.StartNew();
            using var process = Process.Start(start) ?? throw new InvalidOperationException("cannot start /usr/bin/time");
            var errors = process.StandardError.ReadToEndAsync();
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            if (!process.WaitForExit(limit))
            {
                process.Kill(entireProcessTree: true);
                throw new TimeoutException($"{program} {string.Join(' ', arguments)} took longer than {limit}");
            }
            var elapsed = clock.Elapsed;
            if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}");
            var kilobytes = long.Parse(File.ReadAllLines(report)[^1], CultureInfo.InvariantCulture);
            return new Cost(elapsed, kilobytes * 1024);
        }
        finally
        {
            File.Delete(report);
        }
    }
}
