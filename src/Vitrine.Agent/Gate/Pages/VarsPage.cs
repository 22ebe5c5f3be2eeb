using System.Buffers;
using System.Text.Json;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Doors.Looks;

namespace Vitrine.Agent.Gate.Pages;

/// <summary>The service's page of expvar (<c>/debug/vars</c>): its command line, its memory statistics and whatever it publishes. Forwarded, checked to be JSON, and redacted on its way out.</summary>
sealed class VarsPage(UpstreamClient client) : IShownPage
{
    const int MostDepth = 64;

    /// <summary>Whatever a service publishes is in it, its command line first.</summary>
    public bool IsRedacted => true;

    /// <summary>As expvar sends it.</summary>
    public string MediaType(string accept) => "application/json; charset=utf-8";

    /// <summary>Fetches and writes the page.</summary>
    /// <exception cref="UpstreamException">The service gave none.</exception>
    public void Write(IBufferWriter<byte> output, string accept, CancellationToken end)
    {
        var page = client.Fetch("debug/vars", TimeSpan.Zero, client.Limits.MaxPageBytes, end);
        try
        {
            var reader = new Utf8JsonReader(page, new JsonReaderOptions { MaxDepth = MostDepth });
            while (reader.Read())
            {
            }
        }
        catch (JsonException e)
        {
            throw new UpstreamException(UpstreamFault.Broken, "What the service sent as /debug/vars is not JSON.", e);
        }
        output.Write(page);
    }
}
