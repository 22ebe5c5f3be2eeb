using System.Runtime.InteropServices;
using Vitrine.Agent.CommandLine;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent;

static class Program
{
    static async Task<int> Main(string[] arguments)
    {
        SchedulingSlice.Shorten();
        // Never disposed: a signal that comes while the program ends, or is still being told to others, finds it as it was. It has no timer, so there is nothing to free.
        var interrupt = new CancellationTokenSource();
        // The first Ctrl-C ends the look in order (files are finished or removed); the second one ends the program.
        Console.CancelKeyPress += (_, pressed) => pressed.Cancel = TryCancel(interrupt);
        // So does `timeout 30 vitrine gc PID`, or a service manager: the result of the look is written then, too.
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = TryCancel(interrupt));
        try
        {
            return await VitrineCommand.Run(arguments, interrupt.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            if (Environment.GetEnvironmentVariable("VITRINE_DEBUG") == "1")
                await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            return Failure.Report(exception);
        }
    }

    static bool TryCancel(CancellationTokenSource interrupt)
    {
        if (interrupt.IsCancellationRequested)
            return false;
        interrupt.Cancel();
        return true;
    }
}
