using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Live;
using Vitrine.Agent.Show;
using Vitrine.Agent.Sockets;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine sockets</c>: where a process listens, who accepts there and how full the queue is, and its connections.</summary>
static class SocketsVerb
{
    sealed record Request(TimeSpan Duration, TimeSpan Every, string Format, string? Output, ConnectionGrouping By, int Top, bool Quiet)
    {
        public bool Watches => Duration > TimeSpan.Zero || Every > TimeSpan.Zero;

        /// <summary>A person watches a terminal.</summary>
        public bool IsLive => Watches && Format == "text" && (Output is null or "-") && !Quiet && !Console.IsOutputRedirected;
    }

    static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(1);

    public static Command Create()
    {
        var command = new Command("sockets", "Show where a process listens, how full each accept queue is and which goroutine accepts there, and its connections. Works for any process; goroutines for Go.").WithExamples("""
            vitrine sockets 4711
            vitrine sockets --listen :8080 --by peer
            vitrine sockets 4711 -d 30s                 what overflowed in half a minute
            vitrine sockets 4711 --every 1s             until Ctrl-C
            """);
        var target = new TargetOptions(command);
        var duration = CommonOptions.Duration("0s", "Watch for so long and show what changed; 0 is one look, or with --every until Ctrl-C");
        var every = CommonOptions.Every("0s", "Time between two looks while watching; 0 is 1s with -d");
        var by = new Option<string>("--by") { Description = "Put connections together by state, peer or local address, or list each (none)", DefaultValueFactory = _ => "state" };
        by.AcceptOnlyFromAmong("state", "peer", "local", "none");
        var top = new Option<int>("--top") { Description = "Lines of connections at most; JSON always has all", HelpName = "N", DefaultValueFactory = _ => 20 };
        var format = CommonOptions.Format("text", "text", "json");
        var output = CommonOptions.Output();
        var quiet = CommonOptions.Quiet();
        foreach (Option option in (Option[])[duration, every, by, top, format, output, quiet])
            command.Options.Add(option);
        command.SetAction((parsed, cancellation) => Run(
            target.Find(parsed),
            new Request(duration.Of(parsed), every.Of(parsed), parsed.GetValue(format)!, parsed.GetValue(output), Enum.Parse<ConnectionGrouping>(parsed.GetValue(by)!, ignoreCase: true), parsed.GetValue(top), parsed.GetValue(quiet)),
            cancellation));
        return command;
    }

    static async Task<int> Run(LinuxProcess process, Request request, CancellationToken cancellation)
    {
        if (request.Top < 1)
            throw new UsageException("--top must be at least 1.");
        using var sampler = new SocketsSampler(process);

        // 1. Look once, or again and again. A process that ends, or a Ctrl-C, leaves what was seen before.
        SocketsSample? last = null;
        using (var view = new LiveView(request.IsLive))
        {
            var every = request.Every > TimeSpan.Zero ? request.Every : request.Watches ? DefaultInterval : TimeSpan.Zero;
            try
            {
                await Repeat.Each(every, request.Duration > TimeSpan.Zero ? request.Duration : TimeSpan.MaxValue, _ =>
                {
                    last = sampler.Look(cancellation);
                    view.Draw((writer, style) => SocketsText.Write(writer, style, sampler.Target, last, request.By, request.Top));
                }, cancellation).ConfigureAwait(false);
            }
            catch (Exception exception) when (last is not null && exception is (OperationCanceledException or TargetGoneException))
            {
                if (exception is TargetGoneException)
                    last = last! with { Report = last.Report with { Coverage = last.Report.Coverage with { TargetEnded = true } } };
            }
        }

        // 2. Show the last look, with what changed since the first.
        if (request.Format == "json")
            Output.Bytes(request.Output, stream => SocketsJson.Write(stream, sampler.Target, last!));
        else
            Output.Text(request.Output, writer => SocketsText.Write(writer, Style.For(request.Output), sampler.Target, last!, request.By, request.Top));
        return EndOfLook.Of(sampler.Target.Pid, last!.Report);
    }
}
