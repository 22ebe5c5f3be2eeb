using System.Buffers;
using Vitrine.Instruments;

namespace Vitrine.Doors.Looks;

/// <summary>A page of a service that is no instrument's: its command line, its metrics.</summary>
public interface IShownPage
{
    /// <summary>
    /// Whether the guard's redaction goes over it. Not over metrics: a label that is taken out can make two series equal, and then the whole page is invalid. What a service puts into labels of metrics is seen by everybody with
    /// <c>metrics:read</c>.
    /// </summary>
    bool IsRedacted { get; }

    /// <summary>The media type of what <see cref="Write"/> writes.</summary>
    /// <param name="accept">What the caller takes, as in HTTP's <c>Accept</c>.</param>
    string MediaType(string accept);

    /// <summary>Writes the page.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="accept">What the caller takes.</param>
    /// <param name="end">Cancelled when the look must end.</param>
    /// <returns>Who made it, for a service behind a gate: <c>outside</c> or <c>forwarded</c>; empty where that is not told.</returns>
    /// <exception cref="InstrumentUnavailableException">There is no such page now; the message has the reason.</exception>
    string Write(IBufferWriter<byte> output, string accept, CancellationToken end);
}
