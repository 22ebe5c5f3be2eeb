using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.Go.Probes.Panics;

namespace Vitrine.Agent.Verbs;

/// <summary><c>vitrine panics</c>: panics and fatal errors as they happen, with what made them and what became of them.</summary>
static class PanicsVerb
{
    public static Command Create()
    {
        var command = new Command("panics", "Show panics and fatal errors of a Go process as they happen, recovered ones too: value, goroutine, stack, memory at that moment.").WithExamples("""
            vitrine panics 4711
            vitrine panics checkout -d 1h --format json -o panics.json
            """);
        var options = new ProbeOptions(command, "text", "json");
        command.SetAction(async (parsed, cancellation) =>
        {
            var request = options.Of(parsed);
            using var target = options.Attach(parsed);
            var style = Style.For(request.Output);
            // A person sees each panic when it is over; a file and a program get all of them at the end.
            var atOnce = request is { Format: "text", Output: null or "-" };
            var remarks = new Remarks(request.Quiet);
            using var watch = PanicWatch.Start(target, new PanicOptions
            {
                Budget = request.Budget,
                OnSettled = atOnce ? record => Output.Text(null, writer => PanicsText.WriteOne(writer, style, record)) : null,
            });
            remarks.Note($"watching {target.Name} (pid {target.Pid}, {target.RuntimeVersion}) for panics; Ctrl-C ends");
            await watch.Run(request.Duration, cancellation).ConfigureAwait(false);
            var report = watch.Report();
            if (request.Format == "json")
                Output.Bytes(request.Output, stream => PanicsJson.Write(stream, target, watch, report));
            else
                Output.Text(request.Output, writer => PanicsText.WriteEnd(writer, style, target, watch, report, all: !atOnce));
            return EndOfLook.Of(target.Pid, report);
        });
        return command;
    }
}
