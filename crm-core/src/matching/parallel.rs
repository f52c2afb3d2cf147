//! Work on long lists by several threads, with results in the order of the list.

/// Calls `work` with the place of each chunk and the chunk, on so many threads, and gives the results in their order.
pub(crate) fn map_chunks<T: Sync, R: Send>(
    items: &[T],
    threads: usize,
    work: impl Fn(usize, &[T]) -> R + Sync,
) -> Vec<R> {
    let threads = threads.clamp(1, 64);
    let size = items.len().div_ceil(threads).max(1);
    if threads == 1 || items.len() < 256 {
        return items.chunks(size).enumerate().map(|(at, chunk)| work(at * size, chunk)).collect();
    }
    std::thread::scope(|scope| {
        let work = &work;
        let chunks = items.chunks(size).enumerate();
        let running: Vec<_> = chunks.map(|(at, chunk)| scope.spawn(move || work(at * size, chunk))).collect();
        let ended = running.into_iter().map(|thread| thread.join());
        ended.map(|result| result.unwrap_or_else(|cause| std::panic::resume_unwind(cause))).collect()
    })
}
