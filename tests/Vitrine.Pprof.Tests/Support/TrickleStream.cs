namespace Vitrine.Pprof.Tests.Support;

/// <summary>Hands out one to seven bytes at a time, as a slow connection may.</summary>
public sealed class TrickleStream(byte[] content) : MemoryStream(content, writable: false)
{
    int _next;

    // The span overload of a class derived from MemoryStream comes here too.
    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, (_next++ % 7) + 1));
}
