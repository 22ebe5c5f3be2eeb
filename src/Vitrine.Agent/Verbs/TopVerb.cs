using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.DotNet;
using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Outside;
using Vitrine.Go;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine top</c>: the groups of goroutines as they change.</summary>
static class TopVerb
{
    /// <summary>Lines per look when the output is no terminal.</summary>
    const int BatchLines = 40;

    const int BatchWidth = 200;

    public static Command Create()
    {
        var command = new Command(
            "top",
            "Watch a process change. Go: the groups of goroutines, with counts, states, heap, processors. .NET: allocation, collections, thread pool, exceptions, the busiest threads. "
            + "On a terminal: arrows select, enter opens a stack, s sorts, / filters, space pauses, q quits. Elsewhere it prints one table per look.").WithExamples("""
            vitrine top 4711
            vitrine top checkout --every 5s -d 1m > top.txt
            """);
        var target = new TargetOptions(command);
        var every = CommonOptions.Every("2s", "Time between two looks");
        var duration = CommonOptions.Duration("0s", "How long to watch; 0 is until q or Ctrl-C");
        command.Options.Add(every);
        command.Options.Add(duration);
        command.SetAction((parsed, cancellation) => Run(target, parsed, every.Of(parsed), duration.Of(parsed), cancellation));
        return command;
    }

    static async Task<int> Run(TargetOptions options, ParseResult parsed, TimeSpan every, TimeSpan duration, CancellationToken cancellation)
    {
        if (every <= TimeSpan.Zero)
            throw new UsageException("--every must be longer than 0.");
        var any = options.AttachAny(parsed);
        if (any is DotNetTarget dotNet)
            return await DotNetTop.Run(dotNet, every, duration, cancellation).ConfigureAwait(false);
        using var target = (GoTarget)any;
        var sampler = new TopSampler(target);
        var screen = new TopScreen($"{Terminal.Safe(target.Name)} (pid {target.Pid}, {Terminal.Safe(target.RuntimeVersion)})");
        if (Console.IsOutputRedirected || Console.IsInputRedirected)
        {
            await Repeat.Each(every, duration, _ =>
            {
                screen.Show(sampler.Look(cancellation));
                Output.Text(null, writer =>
                {
                    // Without the last line, which explains keys that nobody can press.
                    foreach (var line in screen.Draw(BatchWidth, BatchLines, Style.None).SkipLast(1).Where(line => line.Length > 0))
                        writer.WriteLine(line);
                    writer.WriteLine();
                });
            }, cancellation).ConfigureAwait(false);
        }
        else
            await TopLoop.Run(sampler, screen, every, duration, cancellation).ConfigureAwait(false);
        return ExitCode.Success;
    }
}
