using System.Net;

namespace Vitrine.Grpc.Tests.Support;

/// <summary>A body that is written as the test says, while the request is under way.</summary>
sealed class ScriptedContent(Func<Stream, Task> write) : HttpContent
{
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        // Headers go out with the first bytes, and the server's answer may come before the last.
        await stream.FlushAsync();
        await write(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
