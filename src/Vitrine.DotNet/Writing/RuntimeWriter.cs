using System.Buffers;
using Vitrine.DotNet.Runtime;

namespace Vitrine.DotNet.Writing;

/// <summary>
/// Writes a snapshot to wherever the caller wants: a buffer, a stream, a text writer. Once a thread has written its first page, writing allocates nothing, as long as the destination does
/// not. A page is handed over in one piece.
/// </summary>
public static class RuntimeWriter
{
    /// <summary>Writes to a buffer, such as a <c>PipeWriter</c>.</summary>
    public static void Write(in RuntimeSnapshot snapshot, RuntimeFormat format, IBufferWriter<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var page = Compose(snapshot, format);
        destination.Write(page.Bytes);
        page.Return();
    }

    /// <summary>Writes to a stream, and does not flush it.</summary>
    public static void Write(in RuntimeSnapshot snapshot, RuntimeFormat format, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var page = Compose(snapshot, format);
        destination.Write(page.Bytes);
        page.Return();
    }

    /// <summary>Writes to a text writer, and does not flush it.</summary>
    public static void Write(in RuntimeSnapshot snapshot, RuntimeFormat format, TextWriter destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var page = Compose(snapshot, format);
        destination.Write(page.Chars);
        page.Return();
    }

    static PageBuffer Compose(in RuntimeSnapshot snapshot, RuntimeFormat format)
    {
        if (!Enum.IsDefined(format))
            throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format.");
        var page = PageBuffer.Rent();
        switch (format)
        {
            case RuntimeFormat.Text: TextPage.Compose(snapshot, page); break;
            case RuntimeFormat.Json: JsonPage.Compose(snapshot, page); break;
            case RuntimeFormat.OpenMetrics: PrometheusPage.ComposeOpen(snapshot, page); break;
            default: PrometheusPage.Compose(snapshot, page); break;
        }
        return page;
    }
}
