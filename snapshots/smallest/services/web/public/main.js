const changed = new Date(document.lastModified)
const time = document.getElementById('changed')
time.dateTime = changed.toISOString()
time.textContent = changed.toLocaleString()
