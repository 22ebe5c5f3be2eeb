using System.Buffers;
using System.Text.Json;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Agent.Gate.Services;
using Vitrine.Doors.Looks;

namespace Vitrine.Agent.Gate.Pages;

/// <summary>
/// The service's page of expvar (<c>/debug/vars</c>): its memory statistics and whatever it publishes. Forwarded, checked to be JSON, and redacted on its way out. The member <c>cmdline</c> is left out for everybody: the command line
/// has a page and a permission of its own, and a page does not know who asks. The service stops its world to make it (runtime.ReadMemStats), so it is asked once in an interval at most, and who asks meanwhile gets the same answer.
/// </summary>
/// <param name="service">The service.</param>
/// <param name="client">Asks it.</param>
/// <param name="interval">From the beginning of one question to the beginning of the next; zero = nobody gets the answer to a question that was over before he came.</param>
/// <param name="time">The clock.</param>
sealed class VarsPage(GateService service, UpstreamClient client, TimeSpan interval, TimeProvider time) : IShownPage, IDisposable
{
    const int MostDepth = 64;

    // A page that did not come is no page to keep: a service that is started anew is there within a moment.
    static readonly TimeSpan s_faultsKept = TimeSpan.FromSeconds(1);

    readonly SemaphoreSlim _asking = new(1);
    Answer? _last;

    /// <summary>Whatever a service publishes is in it.</summary>
    public bool IsRedacted => true;

    /// <summary>As expvar sends it.</summary>
    public string MediaType(string accept) => "application/json; charset=utf-8";

    /// <summary>Fetches and writes the page, or writes the one of the interval.</summary>
    /// <exception cref="UpstreamException">The service gave none.</exception>
    public string Write(IBufferWriter<byte> output, string accept, CancellationToken end)
    {
        using var use = service.Use();
        var came = time.GetTimestamp();
        _asking.Wait(end);
        try
        {
            // One that was under way when this caller came is his, however long it took.
            if (_last is null || (_last.Ended < came && time.GetElapsedTime(_last.Began) >= (_last.Fault is null || interval < s_faultsKept ? interval : s_faultsKept)))
                _last = Ask(end);
            output.Write(_last.Fault is null ? _last.Page : throw new UpstreamException(_last.Fault.Fault, _last.Fault.Message, _last.Fault) { Status = _last.Fault.Status });
            return AnswerSource.Forwarded.Word();
        }
        finally
        {
            _asking.Release();
        }
    }

    Answer Ask(CancellationToken end)
    {
        var began = time.GetTimestamp();
        try
        {
            var page = WithoutCommandLine(client.Fetch("debug/vars", TimeSpan.Zero, client.Limits.MaxPageBytes, end));
            return new(page, null, began, time.GetTimestamp());
        }
        catch (UpstreamException e)
        {
            return new([], e, began, time.GetTimestamp());
        }
    }

    static byte[] WithoutCommandLine(byte[] page)
    {
        var output = new ArrayBufferWriter<byte>(page.Length + 16);
        try
        {
            var reader = new Utf8JsonReader(page, new JsonReaderOptions { MaxDepth = MostDepth });
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                throw new JsonException();
            output.Write("{"u8);
            var separator = "\n"u8;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var begin = (int)reader.TokenStartIndex;
                var isHidden = reader.ValueTextEquals("cmdline"u8);
                reader.Skip();
                if (isHidden)
                    continue;
                output.Write(separator);
                output.Write(page.AsSpan(begin, (int)reader.BytesConsumed - begin));
                separator = ",\n"u8;
            }
            // Nothing may follow; the reader says so.
            reader.Read();
        }
        catch (JsonException e)
        {
            throw new UpstreamException(UpstreamFault.Broken, "What the service sent as /debug/vars is not JSON as expvar writes it.", e);
        }
        output.Write("\n}\n"u8);
        return output.WrittenSpan.ToArray();
    }

    /// <inheritdoc/>
    public void Dispose() => _asking.Dispose();

    /// <param name="Page">The page; empty when there is a fault.</param>
    /// <param name="Fault">Why there is none.</param>
    /// <param name="Began">When it was asked for.</param>
    /// <param name="Ended">When it was there.</param>
    sealed record Answer(byte[] Page, UpstreamException? Fault, long Began, long Ended);
}
