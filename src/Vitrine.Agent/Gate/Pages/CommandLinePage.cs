using System.Buffers;
using System.Text;
using Vitrine.Agent.Audit.Secrets;
using Vitrine.Agent.Gate.Services;
using Vitrine.Doors.Looks;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Gate.Pages;

/// <summary>The command line of a service's process, its arguments separated by NUL bytes as Go's <c>cmdline</c> has it: from /proc, and only without a process from the service's own page.</summary>
sealed class CommandLinePage(GateService service) : IShownPage
{
    /// <summary>Command lines hold passwords more often than they should: what the rules know of texts, beyond the flags that are masked here for everybody.</summary>
    public bool IsRedacted => true;

    /// <summary>As Go sends it.</summary>
    public string MediaType(string accept) => "text/plain; charset=utf-8";

    /// <summary>Writes the command line.</summary>
    /// <exception cref="InstrumentUnavailableException">There is none; the message has the reason.</exception>
    public string Write(IBufferWriter<byte> output, string accept, CancellationToken end)
    {
        using var target = service.Open();
        if (target.Process is { } process)
        {
            try
            {
                Write(process.CommandLine, output);
                return AnswerSource.Outside.Word();
            }
            catch (Exception e) when (e is TargetGoneException or AccessDeniedException && service.Client is null)
            {
                throw new InstrumentUnavailableException(e.Message);
            }
            catch (Exception e) when (e is TargetGoneException or AccessDeniedException)
            {
            }
        }
        if (service.Client is not { } client)
            throw new InstrumentUnavailableException(target.WhyNotOutside);
        Write(Encoding.UTF8.GetString(client.Fetch("debug/pprof/cmdline", TimeSpan.Zero, client.Limits.MaxPageBytes, end)).Split('\0'), output);
        return AnswerSource.Forwarded.Word();
    }

    // Here, where arguments are still arguments: the redaction of texts does not see that the one behind --password belongs to it.
    static void Write(IReadOnlyList<string> arguments, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(string.Join('\0', SecretArguments.Masked(arguments)), output);
}
