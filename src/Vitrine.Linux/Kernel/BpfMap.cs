using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Kernel;

/// <summary>One map of a loaded <see cref="BpfObject"/>: what its programs and user space share. Belongs to the object.</summary>
public sealed unsafe class BpfMap
{
    const int BatchEntries = 1024;
    const int Enospc = 28, Enotsupp = 524, Enoent = 2;
    const int PerCpuHash = 5, PerCpuArray = 6, LruPerCpuHash = 10;

    static readonly Lazy<int> s_possibleCpus = new(LibBpf.PossibleCpus);

    readonly BpfObject _owner;
    readonly int _descriptor;

    internal BpfMap(BpfObject owner, nint map, string name)
    {
        _owner = owner;
        Name = name;
        _descriptor = LibBpf.MapDescriptor(map);
        Kind = LibBpf.MapType(map);
        KeySize = (int)LibBpf.MapKeySize(map);
        ValueSize = (int)LibBpf.MapValueSize(map);
        MaxEntries = (int)LibBpf.MapMaxEntries(map);
    }

    /// <summary>The name of the C variable.</summary>
    public string Name { get; }

    /// <summary>BPF_MAP_TYPE_… of linux/bpf.h.</summary>
    public int Kind { get; }

    /// <summary>Bytes of a key.</summary>
    public int KeySize { get; }

    /// <summary>Bytes of a value, on one processor.</summary>
    public int ValueSize { get; }

    /// <summary>Entries it holds at most.</summary>
    public int MaxEntries { get; }

    /// <summary>True when each processor has a value of its own.</summary>
    public bool IsPerCpu => Kind is PerCpuHash or PerCpuArray or LruPerCpuHash;

    /// <summary>Bytes that a lookup returns: one value, or one for each possible processor, rounded up to 8 bytes.</summary>
    public int LookupSize => IsPerCpu ? (ValueSize + 7) / 8 * 8 * s_possibleCpus.Value : ValueSize;

    internal int Descriptor => _descriptor;

    /// <summary>Looks up one value.</summary>
    public bool TryLookup<TKey, TValue>(in TKey key, [MaybeNullWhen(false)] out TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        CheckKey<TKey>();
        CheckValue<TValue>();
        value = default;
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
            return LibBpf.Lookup(_descriptor, k, v) == 0;
    }

    /// <summary>Looks up the bytes of a value; <paramref name="value"/> has <see cref="LookupSize"/> bytes.</summary>
    public bool TryLookup<TKey>(in TKey key, Span<byte> value)
        where TKey : unmanaged
    {
        CheckKey<TKey>();
        if (value.Length < LookupSize)
            throw new ArgumentException($"The map '{Name}' returns {LookupSize} bytes.", nameof(value));
        fixed (TKey* k = &key)
        fixed (byte* v = value)
            return LibBpf.Lookup(_descriptor, k, v) == 0;
    }

    /// <summary>Adds or replaces a value.</summary>
    /// <exception cref="IOException">The map is full.</exception>
    public void Update<TKey, TValue>(in TKey key, in TValue value)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        CheckKey<TKey>();
        CheckValue<TValue>();
        fixed (TKey* k = &key)
        fixed (TValue* v = &value)
        {
            if (LibBpf.Update(_descriptor, k, v, LibBpf.Any) != 0)
                throw new IOException($"The BPF map '{Name}' takes no entry: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <summary>Deletes an entry; false when there was none.</summary>
    public bool Delete<TKey>(in TKey key)
        where TKey : unmanaged
    {
        CheckKey<TKey>();
        fixed (TKey* k = &key)
            return LibBpf.Delete(_descriptor, k) == 0;
    }

    /// <summary>All entries of a hash or array map, read in batches while the programs go on changing it.</summary>
    public List<KeyValuePair<TKey, TValue>> ReadAll<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged => Batches<TKey, TValue>(delete: false);

    /// <summary>Takes all entries out of a hash map: each is handed out exactly once, with the value that it had when it was deleted.</summary>
    public List<KeyValuePair<TKey, TValue>> TakeAll<TKey, TValue>()
        where TKey : unmanaged
        where TValue : unmanaged => Batches<TKey, TValue>(delete: true);

    /// <summary>All entries of a per-CPU hash map, each summed over the processors word by word. The value is a struct of 64-bit words.</summary>
    public List<KeyValuePair<TKey, ulong[]>> ReadAllSums<TKey>()
        where TKey : unmanaged
    {
        var all = new List<KeyValuePair<TKey, ulong[]>>();
        foreach (var key in Keys<TKey>())
        {
            var sums = new ulong[ValueSize / sizeof(ulong)];
            if (TrySumPerCpu(key, sums))
                all.Add(new(key, sums));
        }
        return all;
    }

    /// <summary>Sums the values of all processors, word by word; false when there is no such key.</summary>
    public bool TrySumPerCpu<TKey>(in TKey key, Span<ulong> sums)
        where TKey : unmanaged
    {
        var words = ValueSize / sizeof(ulong);
        if (!IsPerCpu || ValueSize % sizeof(ulong) != 0 || sums.Length < words)
            throw new InvalidOperationException($"The map '{Name}' does not hold {sums.Length} 64-bit words on each processor.");
        var bytes = ArrayPool<byte>.Shared.Rent(LookupSize);
        try
        {
            if (!TryLookup(key, bytes))
                return false;
            var values = MemoryMarshal.Cast<byte, ulong>(bytes.AsSpan(0, LookupSize));
            sums[..words].Clear();
            for (var at = 0; at < values.Length; at += words)
            {
                for (var word = 0; word < words; word++)
                    sums[word] += values[at + word];
            }
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>One element of a per-CPU array of 64-bit counters, summed over the processors.</summary>
    public ulong SumPerCpu(uint index)
    {
        Span<ulong> sum = stackalloc ulong[1];
        return TrySumPerCpu(index, sum) ? sum[0] : 0;
    }

    /// <summary>The keys of a map, at most <see cref="MaxEntries"/>.</summary>
    public List<TKey> Keys<TKey>()
        where TKey : unmanaged
    {
        CheckKey<TKey>();
        var keys = new List<TKey>();
        TKey previous = default, next = default;
        var first = true;
        // An entry that is deleted under the walk starts it again, hence the bound; what comes twice is left out by the caller's dictionary.
        for (var steps = 0; steps < MaxEntries * 2L + 16; steps++)
        {
            if (LibBpf.NextKey(_descriptor, first ? null : &previous, &next) != 0)
                break;
            keys.Add(next);
            previous = next;
            first = false;
        }
        return keys;
    }

    /// <summary>Deletes every entry of a hash map.</summary>
    public void Clear<TKey>()
        where TKey : unmanaged
    {
        foreach (var key in Keys<TKey>())
            Delete(key);
    }

    List<KeyValuePair<TKey, TValue>> Batches<TKey, TValue>(bool delete)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        _owner.ThrowIfDisposed();
        CheckKey<TKey>();
        CheckValue<TValue>();
        var all = new List<KeyValuePair<TKey, TValue>>();
        var room = (uint)Math.Clamp(MaxEntries, 1, BatchEntries);
        var keys = new TKey[room];
        var values = new TValue[room];
        // The kernel's cursor is opaque: as large as a key, and at least 8 bytes.
        var cursor = stackalloc byte[Math.Max(KeySize, sizeof(ulong))];
        var first = true;
        for (var rounds = 0; rounds < MaxEntries + 16; rounds++)
        {
            var count = room;
            int result;
            fixed (TKey* k = keys)
            fixed (TValue* v = values)
            {
                result = delete
                    ? LibBpf.LookupAndDeleteBatch(_descriptor, first ? null : cursor, cursor, k, v, &count, null)
                    : LibBpf.LookupBatch(_descriptor, first ? null : cursor, cursor, k, v, &count, null);
            }
            var error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error == Enospc)
            {
                // One hash bucket holds more entries than there is room for.
                room *= 2;
                (keys, values) = (new TKey[room], new TValue[room]);
                continue;
            }
            if (error is not (0 or Enoent))
                return error is Native.Libc.EINVAL or Enotsupp ? OneByOne<TKey, TValue>(delete) : throw new IOException($"The BPF map '{Name}' cannot be read: {Marshal.GetPInvokeErrorMessage(error)}");
            for (var i = 0; i < count; i++)
                all.Add(new(keys[i], values[i]));
            if (error == Enoent)
                return all;
            first = false;
        }
        return all;
    }

    // Kernels before 5.6, and maps without batches.
    List<KeyValuePair<TKey, TValue>> OneByOne<TKey, TValue>(bool delete)
        where TKey : unmanaged
        where TValue : unmanaged
    {
        var all = new List<KeyValuePair<TKey, TValue>>();
        foreach (var key in Keys<TKey>())
        {
            if (!TryLookup(key, out TValue value))
                continue;
            all.Add(new(key, value));
            if (delete)
                Delete(key);
        }
        return all;
    }

    void CheckKey<TKey>()
        where TKey : unmanaged
    {
        _owner.ThrowIfDisposed();
        if (Unsafe.SizeOf<TKey>() != KeySize)
            throw new InvalidOperationException($"The keys of the map '{Name}' have {KeySize} bytes, {typeof(TKey).Name} has {Unsafe.SizeOf<TKey>()}.");
    }

    void CheckValue<TValue>()
        where TValue : unmanaged
    {
        if (Unsafe.SizeOf<TValue>() != LookupSize)
            throw new InvalidOperationException($"A lookup in the map '{Name}' returns {LookupSize} bytes, {typeof(TValue).Name} has {Unsafe.SizeOf<TValue>()}.");
    }
}
