using System.Buffers;

namespace Vitrine.Pprof.Views;

/// <summary>Says what a text of a view becomes.</summary>
/// <param name="text">The text, as UTF-8.</param>
/// <param name="output">The new text, when there is one.</param>
/// <returns>False when the text stays; then nothing was written.</returns>
public delegate bool TextRewriter(ReadOnlySpan<byte> text, IBufferWriter<byte> output);
