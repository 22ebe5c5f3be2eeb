using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Stacks;

/// <summary>Where a thread was, leaf first, and the labels of its work. Two of the same place with the same labels are equal.</summary>
sealed class CapturedStack : IEquatable<CapturedStack>
{
    /// <summary>Frames that are kept; of a deeper stack those nearest to the leaf, as Go's profiles do.</summary>
    public const int MaximumDepth = 128;

    readonly CapturedFrame[] _frames;
    readonly int _hash;

    CapturedStack(CapturedFrame[] frames, bool isTruncated, LabelList labels)
    {
        (_frames, IsTruncated, Labels) = (frames, isTruncated, labels);
        var hash = new HashCode();
        foreach (var frame in frames)
        {
            hash.Add(RuntimeHelpers.GetHashCode(frame.Method));
            hash.Add(frame.IlOffset);
        }
        hash.Add(labels);
        _hash = hash.ToHashCode();
    }

    public ReadOnlySpan<CapturedFrame> Frames => _frames;

    /// <summary>Whether frames near the root were left out.</summary>
    public bool IsTruncated { get; }

    public LabelList Labels { get; }

    /// <summary>The calling thread's stack.</summary>
    /// <param name="skip">Frames to leave out: 0 begins with the method that calls this one.</param>
    /// <param name="labels">The labels of the work.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A method that is on the stack was not trimmed; only its name and token are asked for.")]
    public static CapturedStack Capture(int skip, LabelList labels)
    {
        // The public way: 10 to 30 µs, most of it the runtime's own walk. What is inside of it could be called directly for about half, at the price of the runtime's internals.
        var trace = new StackTrace(skip + 1, fNeedFileInfo: false);
        var count = Math.Min(trace.FrameCount, MaximumDepth);
        var frames = new CapturedFrame[count];
        var kept = 0;
        for (var i = 0; i < count; i++)
            if (trace.GetFrame(i) is { } frame && frame.GetMethod() is { } method)
                frames[kept++] = new(method, frame.GetILOffset());
        return new(kept == count ? frames : frames[..kept], trace.FrameCount > MaximumDepth, labels);
    }

    // The same method can have two reflection objects after its type's cache was dropped; such stacks count apart here and are one again in the profile.
    public bool Equals(CapturedStack? other) =>
        other is not null && other._hash == _hash && other.Labels.Equals(Labels) && SameFrames(_frames, other._frames);

    static bool SameFrames(CapturedFrame[] one, CapturedFrame[] other)
    {
        if (one.Length != other.Length) return false;
        for (var i = 0; i < one.Length; i++)
            if (!ReferenceEquals(one[i].Method, other[i].Method) || one[i].IlOffset != other[i].IlOffset)
                return false;
        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as CapturedStack);

    public override int GetHashCode() => _hash;
}
