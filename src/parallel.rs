//! Why: rendering and writing are many small independent steps; a second core halves the wait for them.

use std::num::NonZero;

/// More threads than this cost more to start than they save.
const MOST: usize = 4;

/// Applies `work` to every item, on as many threads as the machine has cores; results in the order of the items.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get).clamp(1, MOST);
    if threads == 1 || items.len() < 2 * threads {
        return items.iter().map(work).collect();
    }
    let work = &work;
    // Neighbours are alike in size (they share a folder), so each thread takes every n-th item.
    let mut shares: Vec<std::vec::IntoIter<R>> = std::thread::scope(|scope| {
        let share = |first: usize| move || items.iter().skip(first).step_by(threads).map(work).collect::<Vec<R>>();
        let others: Vec<_> = (1..threads).map(|first| scope.spawn(share(first))).collect();
        let own = share(0)();
        let join =
            |handle: std::thread::ScopedJoinHandle<'_, Vec<R>>| handle.join().unwrap_or_else(|p| std::panic::resume_unwind(p));
        std::iter::once(own).chain(others.into_iter().map(join)).map(Vec::into_iter).collect()
    });
    (0..items.len()).filter_map(|index| shares[index % threads].next()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_the_items() {
        for length in [0, 1, 7, 100, 1001] {
            let items: Vec<usize> = (0..length).collect();
            let doubled: Vec<usize> = items.iter().map(|i| i * 2).collect();
            assert_eq!(super::map(&items, |i| i * 2), doubled);
        }
    }
}
